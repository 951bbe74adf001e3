"""Questions as the store saves them, and a made-up set of new topics among unrelated ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.storage.records import StoredQuestion

START = datetime(2026, 11, 2, tzinfo=UTC)


def saved(text, *, after=0, platform="slack", outcome="decline", candidates=(), version="older"):
    """One question, asked `after` so many minutes."""
    asked_at = START + timedelta(minutes=after)
    return StoredQuestion(text, platform, "channel", outcome, tuple(candidates), version, asked_at)


def all_saved(texts):
    """One question a text, a minute apart."""
    return [saved(text, after=number) for number, text in enumerate(texts)]


PLANTED = {
    "quantization": """\
quantization aware training in pytorch?
how do I do QAT
int8 training support, with quantisation
is QAT stable in torch yet
quantizing a small net to int8
int8 quantisaton tooling""",
    "federated": """\
federated learning with pytorch
does anybody use flower for federated learning
we need fedrated training across hospitals, what to use
cross device federated averaging
is the flower framework any good""",
    "blackwell": """\
blackwell support in stable pytorch
does an rtx 5090 work with tensorflow
sm_120 kernels missing on my 5090
when will tf support blackwell cards
blackwell sm_120 wheels""",
    "kan": """\
kolmogorov arnold networks
KAN layers in pytorch
is there a KAN implementation for keras
are KANs worth trying
kolmogorov-arnold network in tf""",
    "forecasting": """\
time series forecasting pytorch or tensorflow
best framework for timeseries
want to forecast electricity demand, torch or tf?
multivariate forecasting library
is there a good time series toolkit""",
    "harness": """\
lm-eval harness alternatives
evaluation harness for our llm
benchmarking llms with lm eval
eval harness with vllm
lm-evaluation-harness backends""",
    "nccl": """\
nccl timeouts on multi node
NCCL watchdog timeout
gloo or nccl
nccl hangs with infiniband
rccl vs nccl""",
    "certificate": """\
tensorflow developer certificate worth it?
is there a pytorch certification
did google discontinue the tensorflow certificate exam
how much does the certificate cost
certificates to show employers""",
    "accessibility": """\
is tensorboard accessible for blind users
accessibility of tensorboard for the blind
screen readers for blind colleagues and tensorboard
tensorboard colours for blind people""",
    "spiking": """\
spiking neural networks
which framework for spiking nets
snntorch or norse for spiking models
lava vs snntorch
neuromorphic chips and spiking nets""",
}

UNRELATED = """\
what's the weather tomorrow
can somebody review my pull request
where is the standup link
anyone know a good dentist
why is jenkins red again
does the vpn work for you
please approve my holiday
is there a svg logo of pytorch
hex colour of the tensorflow orange
how to pronounce keras
which conference should I submit to
does torch run on a toaster
pytorch on haiku os
tensorflow on an amiga
predict lottery numbers
chess engine in keras
meetup in Berlin
remote internships
undo a git commit
poetry or uv
is matlab still used
groq chips
aws trainium neuron sdk
airflow operators
drift monitoring evidently
ocr for invoices
license plate reading
pose estimation for yoga
satellite imagery tiles
protein folding
music generation
spam filter
stock trading bot
crop disease photos
bird song id
homework due
bibtex for pytorch
best pizza with tensorflow
best holiday with pytorch""".splitlines()

TOPIC_OF = {text: topic for topic, texts in PLANTED.items() for text in texts.splitlines()} | dict.fromkeys(UNRELATED)
"""The topic of each text; None where it belongs to nothing."""
