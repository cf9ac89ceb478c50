"""A visitor's runs: begun, found, steered, kept, brought; the settings of the next one."""
