"""Losses and optimizers that are trained side by side with Keras' own fit: each loss, and each optimizer."""

PAIRS = [
    ("categorical_crossentropy", "sgd"),
    ("categorical_crossentropy", "momentum"),
    ("categorical_crossentropy", "rmsprop"),
    ("categorical_crossentropy", "adam"),
    ("mean_squared_error", "adam"),
    ("binary_crossentropy", "sgd"),
]
