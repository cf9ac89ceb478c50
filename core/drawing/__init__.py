"""A drawing or a picture becomes 28 by 28 pixels, as MNIST was made."""
