"""Two epochs of the article's training on 2,000 digits, kept on its way and not, and Keras' own fit: into argv[1]."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import tensorflow as tf

from core.data.mnist import load_training_set, one_hot, to_inputs
from core.worker.compiled_step import build_model
from core.worker.pretrain.bundle_files import write_bundle
from core.worker.pretrain.cli import ARTICLE
from core.worker.pretrain.train import Batch, train


def main() -> None:
    digits = load_training_set().take(np.arange(2_010))  # no multiple of 32

    def data(seed: int, epoch: int) -> Batch:
        return digits.images, digits.labels

    config = replace(ARTICLE, epochs=2, training_images=len(digits), seed=1)
    tf.config.threading.set_intra_op_parallelism_threads(2)
    folder = Path(sys.argv[1])
    (folder / "one" / "checkpoints").mkdir(parents=True)
    (folder / "one" / "checkpoints" / "000000002-s.safetensors").write_bytes(b"of a training before")
    one = train(config, data, watch_test_set=True, keep_steps=(0, 1, 4, 64), keep_epochs=(1, 2, 3))
    write_bundle("one", "one", config, one, folder=folder, description="a try")
    two = train(config, data, watch_test_set=False)
    write_bundle("two", "two", config, two, folder=folder, description="a try")
    fitted = build_model(config)
    np.savez(folder / "begun.npz", *fitted.get_weights())
    fitted.compile("adam", "categorical_crossentropy")
    inputs, targets = to_inputs(digits.images), one_hot(digits.labels)
    fitted.fit(inputs, targets, batch_size=32, epochs=2, shuffle=False, verbose=0)
    np.savez(folder / "fitted.npz", *fitted.get_weights())


if __name__ == "__main__":
    main()
