"""What the demo model is trained on, all of it written for this project."""
