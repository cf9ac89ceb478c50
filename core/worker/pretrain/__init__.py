"""How the bundled networks are trained: python -m core.worker.pretrain.cli."""
