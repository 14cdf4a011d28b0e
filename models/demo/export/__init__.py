"""The trained weights in the formats of both engines, and the papers that go with them."""
