"""The spelling of names: what counts as right, and what is code."""

from __future__ import annotations

import pytest

from knowledge.name_checks import NAMES, misspelt


@pytest.mark.parametrize("name", NAMES)
def test_a_name_as_its_owner_writes_it_is_right(name):
    assert list(misspelt(f"Take {name}, or {name}-native code; {name}'s docs.")) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_other_capitals_is_wrong(name):
    wrong = name.upper() if name != name.upper() else name.title()

    assert list(misspelt(f"Take {wrong} today.")) == [(wrong, name)]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("pytorch is fine", "PyTorch"),
        ("Pytorch-native code", "PyTorch"),
        ("on Py Torch", "PyTorch"),
        ("Tensor Flow", "TensorFlow"),
        ("on huggingface", "Hugging Face"),
        ("HuggingFace", "Hugging Face"),
        ("Sklearn or Scikit Learn", "scikit-learn"),
        ("in VLLM", "vLLM"),
        ("on Tensorflow.", "TensorFlow"),
        ("Install it first. Then keras runs.", "Keras"),
    ],
)
def test_a_name_written_otherwise_is_wrong(text, right):
    assert [name for _, name in misspelt(text)] == [right]


@pytest.mark.parametrize(
    "text",
    [
        "torch.compile and tf.keras, then jax.numpy",
        "pip install tensorflow",
        "Install keras plus one engine, such as jax.",
        "the package tensorflow-metal",
        "tensorflow-metal and tf-keras",
        "pytorch/serve README",
        "@tensorflow/tfjs",
        "onnx 1.23.2 and mlflow 3.18.0",
        "downloads: torch, tensorflow, jax",
        "set KERAS_BACKEND or JAX_PLATFORMS",
        "see https://example.com/Tensorflow?q=Pytorch",
        "TensorFlow.js and TensorFlow Lite",
    ],
)
def test_code_packages_and_addresses_are_left_alone(text):
    assert list(misspelt(text)) == []
