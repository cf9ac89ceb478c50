"""The networks that come with the app."""
