import pytest

from core.runs.config import TrainingConfig
from core.runs.presets import PRESETS
from core.runs.settings import LOSSES, SETTINGS, TRAINING_OPTIMIZERS

FULL = TrainingConfig(
    hidden_layers=(30, 20),
    activation="tanh",
    initializer="he_normal",
    loss="mean_squared_error",
    optimizer="momentum",
    learning_rate=0.25,
    batch_size=64,
    epochs=3,
    training_images=1000,
    dropout=0.1,
    l2=0.001,
    distortion=0.5,
    shuffled_labels=True,
    seed=7,
)


def test_the_articles_network_has_the_articles_numbers():
    config = PRESETS["article"].config
    assert config.parameter_count == 694_950
    assert config.updates_per_epoch == 1875
    assert config.layer_units == (784, 784, 100, 10)
    assert (config.optimizer, config.loss, config.epochs, config.batch_size) == (
        "adam",
        "categorical_crossentropy",
        10,
        32,
    )


@pytest.mark.parametrize("config", [TrainingConfig(), FULL, *(p.config for p in PRESETS.values())])
def test_settings_survive_a_file_and_an_address(config):
    assert TrainingConfig.from_dict(config.to_dict()) == config
    assert TrainingConfig.from_query(config.to_query()) == config


def test_an_address_holds_only_what_differs_and_other_names_are_left_alone():
    assert TrainingConfig().to_query() == {}
    assert TrainingConfig(epochs=3).to_query() == {"epochs": "3"}
    assert TrainingConfig.from_query({"run": "x", "epochs": "3"}) == TrainingConfig(epochs=3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hidden_layers", (1,) * 6),
        ("hidden_layers", (0,)),
        ("hidden_layers", (1025,)),
        ("activation", "softplus"),
        ("initializer", "ones"),
        ("loss", "hinge"),
        ("optimizer", "lion"),
        ("learning_rate", 0),
        ("learning_rate", float("nan")),
        ("learning_rate", "fast"),
        ("batch_size", 0),
        ("batch_size", 2049),
        ("batch_size", 1.5),
        ("epochs", True),
        ("training_images", 60_000),  # 5,000 are kept for validation
        ("dropout", 1),
        ("l2", -1),
        ("distortion", 2),
        ("seed", -1),
        ("shuffled_labels", 1),
        ("validate_on", "training"),
    ],
)
def test_a_value_out_of_its_range_is_refused_in_words(name, value):
    with pytest.raises(ValueError, match=r"^[A-Z].*\.$"):
        TrainingConfig(**{name: value})


@pytest.mark.parametrize("query", [{"epochs": "many"}, {"hidden_layers": "a-b"}, {"shuffled_labels": "1"}])
def test_an_address_that_cannot_be_read_is_refused_in_words(query):
    with pytest.raises(ValueError, match="should look like"):
        TrainingConfig.from_query(query)


def test_an_unknown_setting_in_a_file_is_refused():
    with pytest.raises(ValueError, match="no setting named momentum"):
        TrainingConfig.from_dict({"momentum": 0.9})


def test_batches_are_rounded_up_and_memory_grows_with_what_an_optimizer_keeps():
    assert TrainingConfig(training_images=100, batch_size=32).updates_per_epoch == 4
    sizes = [TrainingConfig(optimizer=name).estimated_memory_bytes for name in TRAINING_OPTIMIZERS]
    assert sizes == sorted(sizes)


def test_only_binary_cross_entropy_asks_ten_separate_questions():
    ends = {loss: TrainingConfig(loss=loss).last_activation for loss in LOSSES}
    assert ends == {
        "categorical_crossentropy": "softmax",
        "mean_squared_error": "softmax",
        "binary_crossentropy": "sigmoid",
    }


def test_the_table_has_each_setting_but_the_layers_and_every_default_is_offered():
    config = TrainingConfig()
    assert {*SETTINGS, "hidden_layers"} == set(config.to_dict())
    for name, setting in SETTINGS.items():
        setting.check(getattr(config, name))
        assert not setting.offered or getattr(config, name) in setting.offered
        for value in (*setting.choices, *setting.offered):
            setting.check(value)


def test_files_and_addresses_of_earlier_versions_are_read():
    expected = TrainingConfig(training_images=60_000, validate_on="test")
    assert TrainingConfig.from_dict({"training_images": 60_000, "watched": "test"}) == expected
    assert TrainingConfig.from_query({"training_images": "60000", "watched": "test"}) == expected
    assert "watched" not in expected.to_dict()


@pytest.mark.parametrize("layers", [5, None, "784-100", {"784": 1}])
def test_layers_that_are_no_list_are_refused_as_any_value_out_of_range(layers):
    with pytest.raises(ValueError, match="list of units"):
        TrainingConfig.from_dict({"hidden_layers": layers})
