"""What people and CI run besides the product itself: set-up, serving, the demonstration, the suites."""
