"""Files of strangers, read strictly, bounded and without Keras, in a process of their own."""
