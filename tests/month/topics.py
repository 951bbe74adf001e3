"""What people ask about in the month and do not get: new topics, and old ones in words that nobody foresaw."""

from __future__ import annotations

from dataclasses import dataclass

NEW = "new"
"""What a topic calls for where no entry is about it."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing that people want to know, in wordings that share little."""

    name: str
    wanted: frozenset[str]
    """The entries that answer it, any of which will do; {NEW} where none does."""
    asked: tuple[str, ...]
    """Wordings that are said in the month."""
    held_out: tuple[str, ...]
    """Wordings that nobody says: what a proposal is measured on."""
    times: int
    """How often it is asked in all, 8 to 40."""


_NEW_TOPICS = {
    "quantization-aware training": (
        24,
        """\
does anybody do quantization aware training here
QAT with torch, is that a thing
how do I train with fake quantization so that int8 does not hurt
quantisation-aware fine-tuning, who has a recipe
keras qat tutorial for 8 bit nets
fake quant observers during training, where to read up on them
train a net that is aware of int8 rounding
""",
        """\
is quantization-aware training worth the trouble
qat recipe for a small net
training with fake quant nodes
int8 aware training
""",
    ),
    "sharded checkpoints": (
        21,
        """\
how to save sharded checkpoints from 64 ranks
distributed checkpoint format, which one do we use
resuming a sharded checkpoint on fewer ranks
our fsdp state dict takes ages to write, is there a sharded way
dcp or orbax for saving big runs
resharding when the number of ranks changes
each rank writes its own shard, how do I load that again
""",
        """\
loading sharded checkpoints with another number of ranks
which sharded checkpoint format is sane
orbax vs dcp
saving shards from every rank
""",
    ),
    "mixed precision": (
        32,
        """\
bf16 or fp16 for training
does mixed precision make training unstable
autocast and grad scaler, do we still need both
half precision gives nan, is bfloat16 safer
should mixed precision be our default
loss scaling for fp16
automatic mixed precision in keras and torch, same thing?
""",
        """\
mixed precision by default, yes or no
do I need loss scaling with bf16
is fp16 less stable than bfloat16
autocast for half precision
""",
    ),
    "onnx static quantization": (
        13,
        """\
static quantization of an onnx graph
onnxruntime quantize_static calibration data
qdq nodes in onnx after quantizing
dynamic or static quantization for onnx graphs
onnx quantizer drops accuracy on the detector
calibration reader for onnx int8
""",
        """\
quantizing an onnx graph to int8
static onnx quantization calibration
what are qdq nodes in onnx
""",
    ),
    "watermarking": (
        12,
        """\
can we watermark a model we ship
model watermarking against theft
proving that a stolen network is ours with a watermark
watermarks in weights, does that survive fine-tuning
legal asks whether our weights carry a watermark
fingerprint or watermark for a released checkpoint
""",
        """\
do watermarks in the weights survive pruning
watermark a released model
how does model watermarking work
""",
    ),
    "licence server": (
        16,
        """\
where is our on-prem licence server
licence server is unreachable from the cluster
which port does the flexlm licence server use
floating licences: who runs the licence server
license server address for matlab and the profilers
all floating licenses are taken, can I see who holds them
""",
        """\
what is the address of the licence server
who looks after the license server
are there floating licences left
""",
    ),
    "gpu booking": (
        40,
        """\
how do I book a gpu for tomorrow
gpu booking calendar link
can I reserve two a100 nodes for the weekend
who has booked node 7
the booking sheet for our gpus is full, what now
reserving gpu time for an intern
is there a limit on how long a gpu can be booked
my gpu reservation ran out during training
""",
        """\
extend my gpu booking
where do we reserve gpus
booking a node with four gpus
gpu reservation for the weekend
""",
    ),
    "data loaders": (
        28,
        """\
dataloader workers keep starving the gpu
how many num_workers for a data loader
data loading is the bottleneck, webdataset or tf.data
prefetching batches so that the gpu does not wait
slow data loader with millions of small jpegs
dali versus the normal dataloader
dataloader workers eat all my ram
""",
        """\
how do I choose num_workers
dataloader too slow for small jpegs
is dali faster than the plain data loader
prefetch more batches in the loader
""",
    ),
    "differential privacy": (
        11,
        """\
differential privacy while training, which library
opacus or tensorflow privacy
dp-sgd for hospital records
what epsilon is sane for differentially private training
private training with dp sgd on a single gpu
noise multiplier in opacus
""",
        """\
differentially private training with opacus
is dp-sgd usable
choosing epsilon for differential privacy
""",
    ),
    "annotation vendor": (
        18,
        """\
who labels our images, do we have an annotation vendor
annotation budget for the quarter
which labelling tool do our annotators use
how do I send a batch to the annotators
labelling vendor contract, who signs
label studio login for annotators
getting 5000 images annotated by friday
""",
        """\
how do we get images annotated
who pays the annotators
the labelling tool of our annotation vendor
""",
    ),
    "determinism": (
        15,
        """\
same seed, different loss every time
how to make training deterministic
bitwise reproducible training across gpus
deterministic kernels cost how much speed
which seeds do I have to set for reproducible training
non deterministic cudnn convolutions
""",
        """\
reproducible training with a fixed seed
are cudnn kernels deterministic
deterministic training across two gpus
""",
    ),
    "customer data": (
        14,
        """\
may we train on customer data
gdpr and training sets, who decides
do customers have to consent before we train on their tickets
where may training data with customer names be stored
anonymising customer tickets before training
data protection officer for training sets
""",
        """\
training on tickets of customers, is that allowed
consent of customers for training data
does gdpr let us train on customer records
""",
    ),
    "activation checkpointing": (
        9,
        """\
activation checkpointing to save memory
recompute activations in the backward pass
gradient checkpointing slows me down by a third, normal?
trading compute for memory with activation recomputation
remat in jax or activation checkpointing in torch
""",
        """\
how does activation checkpointing save memory
recomputing activations
is gradient checkpointing worth it
""",
    ),
}

_OLD_TOPICS = {
    "handhelds": (
        "choose.mobile compare.mobile beyond.edge",
        20,
        """\
handhelds of our couriers: which framework
barcode handhelds, which of the two
model on the couriers' handhelds without signal
handheld scanners: which runtime would you take
what do I run on a handheld
torch or tf for handhelds in a warehouse
""",
        """\
which of the two for barcode handhelds
framework for the handhelds of couriers
is there a runtime for handhelds
""",
    ),
    "pupils": (
        "choose.beginner beyond.learning",
        17,
        """\
my mum wants to try nets, which one
gentle one for a pottery teacher
apprentices with no maths, which one
classroom of fifteen year olds: which
teach pupils with which one
a classroom of pupils with no maths, which of the two
which one is gentle enough for pupils in a classroom
""",
        """\
pupils with no maths, which of the two
which one for a classroom of pupils
gentle framework for a classroom
""",
    ),
    "old estimators": (
        "beyond.tf-apis beyond.tf1-tf2 beyond.migration",
        13,
        """\
old estimator code from 2017, rescue or bury
our estimator scripts from 2017, keep or throw away
estimator pipeline from 2017 still on duty, what replaces it
inherited a pile of estimator scripts
estimator leftovers in our repo, bury them?
somebody left us an estimator zoo
""",
        """\
estimator scripts from 2017, what now
rescue or bury our estimators
inherited estimator pipeline
""",
    ),
}


def _lines(block: str) -> tuple[str, ...]:
    return tuple(block.splitlines())


TOPICS = (
    *(
        Topic(name, frozenset({NEW}), _lines(asked), _lines(held_out), times)
        for name, (times, asked, held_out) in _NEW_TOPICS.items()
    ),
    *(
        Topic(name, frozenset(wanted.split()), _lines(asked), _lines(held_out), times)
        for name, (wanted, times, asked, held_out) in _OLD_TOPICS.items()
    ),
)
