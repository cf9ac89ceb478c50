"""What surrounds each chapter: navigation, session, address, visitor, and the look beyond the theme."""
