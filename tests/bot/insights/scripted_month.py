"""A scripted month of questions: topics that the knowledge does not answer, among questions of other kinds."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from bot.evaluation.cases import read_cases

SEED = 7_041_776

CASES = Path(__file__).parents[2] / "cases"

TOPICS = {
    "quantization-aware training": (
        24,
        """\
does anybody do quantization aware training here
QAT with torch, is that a thing
how do I train with fake quantization so that int8 does not hurt
quantisation-aware fine-tuning, who has a recipe
keras qat tutorial for 8 bit nets
fake quant observers during training, where to read up on them
train a net that is aware of int8 rounding""",
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
each rank writes its own shard, how do I load that again""",
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
automatic mixed precision in keras and torch, same thing?""",
    ),
    "onnx static quantization": (
        13,
        """\
static quantization of an onnx graph
onnxruntime quantize_static calibration data
qdq nodes in onnx after quantizing
dynamic or static quantization for onnx graphs
onnx quantizer drops accuracy on the detector
calibration reader for onnx int8""",
    ),
    "watermarking": (
        12,
        """\
can we watermark a model we ship
model watermarking against theft
proving that a stolen network is ours with a watermark
watermarks in weights, does that survive fine-tuning
legal asks whether our weights carry a watermark
fingerprint or watermark for a released checkpoint""",
    ),
    "licence server": (
        16,
        """\
where is our on-prem licence server
licence server is unreachable from the cluster
which port does the flexlm licence server use
floating licences: who runs the licence server
license server address for matlab and the profilers
all floating licenses are taken, can I see who holds them""",
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
my gpu reservation ran out during training""",
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
dataloader workers eat all my ram""",
    ),
    "differential privacy": (
        11,
        """\
differential privacy while training, which library
opacus or tensorflow privacy
dp-sgd for hospital records
what epsilon is sane for differentially private training
private training with dp sgd on a single gpu
noise multiplier in opacus""",
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
getting 5000 images annotated by friday""",
    ),
    "determinism": (
        15,
        """\
same seed, different loss every time
how to make training deterministic
bitwise reproducible training across gpus
deterministic kernels cost how much speed
which seeds do I have to set for reproducible training
non deterministic cudnn convolutions""",
    ),
    "customer data": (
        14,
        """\
may we train on customer data
gdpr and training sets, who decides
do customers have to consent before we train on their tickets
where may training data with customer names be stored
anonymising customer tickets before training
data protection officer for training sets""",
    ),
    "activation checkpointing": (
        9,
        """\
activation checkpointing to save memory
recompute activations in the backward pass
gradient checkpointing slows me down by a third, normal?
trading compute for memory with activation recomputation
remat in jax or activation checkpointing in torch""",
    ),
    "handhelds": (
        20,
        """\
handhelds of our couriers: which framework
barcode handhelds, which of the two
model on the couriers' handhelds without signal
handheld scanners: which runtime would you take
what do I run on a handheld
torch or tf for handhelds in a warehouse""",
    ),
    "pupils": (
        17,
        """\
my mum wants to try nets, which one
gentle one for a pottery teacher
apprentices with no maths, which one
classroom of fifteen year olds: which
teach pupils with which one
a classroom of pupils with no maths, which of the two
which one is gentle enough for pupils in a classroom""",
    ),
    "old estimators": (
        13,
        """\
old estimator code from 2017, rescue or bury
our estimator scripts from 2017, keep or throw away
estimator pipeline from 2017 still on duty, what replaces it
inherited a pile of estimator scripts
estimator leftovers in our repo, bury them?
somebody left us an estimator zoo""",
    ),
}
"""Topic -> (how often it is asked, wordings that share little)."""

THEMES = {
    "shapes": """\
mat1 and mat2 shapes cannot be multiplied, 32x10 and 64x5
my linear layer complains about the shape of its input
size mismatch for fc weight when I load my state dict""",
    "memory": """\
cuda out of memory at batch size 8
my kernel dies after two epochs with out of memory""",
    "import": """\
ImportError: libcudart.so cannot open shared object
import torch hangs for a minute on my box""",
    "loop": """\
write me a training loop for mnist
can you write the validation loop for me""",
    "loss": """\
my loss is stuck at 0.693
validation loss goes up after epoch three""",
    "lambda": """\
fix this: model = Sequential(Dense(10), Dense)
why does x.view(-1, 10) fail here""",
    "lunch": """\
what is for lunch today
does the canteen have soup""",
    "holidays": """\
how many days of leave do I have left
who approves my leave""",
    "printer": """\
the printer on floor three is jammed
printer out of toner""",
    "wifi": """\
guest wifi password
wifi for visitors""",
    "parking": """\
is there parking for visitors
parking garage closes when""",
}
"""Requests for help with code, and matters of daily life, by what they are about."""

ONCE = """\
otters in the canal again
who painted the stairwell green
my uncle plays the harmonica badly
lost umbrella on tram nine
is the museum open on new year
anybody selling a piano
how heavy is an anchor
my landlord raised the rent
mushroom soup without cream
chess club tonight or thursday
snowshoes for size 46
choir rehearsal moved to the chapel
poem about postcards for my aunt
teapot with a broken spout
which bus goes to the harbour
a wasp sits in meeting room blue
cactus looks pale, too much water?
quiz night needs a fourth player
somebody parked on the tulips
how long do eggs keep
goalkeeper wanted for sunday
the lift smells of cinnamon
my neighbour keeps geese
violin strings, steel or gut
translate good luck into welsh
who borrowed the ladder
are tomatoes fruit
marathon shoes worn out after 500 km
my bicycle bell fell off
fireworks forbidden downtown?""".splitlines()
"""Things that nobody asks twice."""

OPENERS = ("hi all, ", "hey, ", "quick one: ", "morning! ", "we are four people with one server. ", "not urgent. ")
CLOSERS = ("?", "??", " please", " thanks", ", anyone?", " :)", "...", "!")


def month(questions: int) -> Iterator[tuple[str, str]]:
    """(topic, question), so many; the topic of a question in scope is "entry: ID". Always the same."""
    rng = random.Random(SEED)
    asked = [
        (name, wordings.splitlines()[number % len(wordings.splitlines())])
        for name, (times, wordings) in TOPICS.items()
        for number in range(times)
    ]
    cases = [case for name in ("chat", "forum") for case in read_cases(CASES / f"{name}.jsonl")]
    known = [(f"entry: {case.label}", case.question) for case in cases if case.in_scope and not case.after]
    themed = [(f"theme: {name}", text) for name, texts in THEMES.items() for text in texts.splitlines()]
    asked += [(f"once: {text}", text) for text in ONCE]
    asked += [rng.choice(known if rng.random() < 0.9 else themed) for _ in range(questions - len(asked))]
    rng.shuffle(asked)
    return ((topic, typed(text, rng)) for topic, text in asked)


def typed(text: str, rng: random.Random) -> str:
    """`text` as somebody in a hurry sends it: with a greeting, a slip of the finger. A good third come as they are."""
    if rng.random() < 0.35:
        return text
    if rng.random() < 0.2:
        text = slipped(text, rng)
    if rng.random() < 0.3:
        text = rng.choice(OPENERS) + text
    if rng.random() < 0.4 and text[-1].isalnum():
        text += rng.choice(CLOSERS)
    return text.capitalize() if rng.random() < 0.3 else text


def slipped(text: str, rng: random.Random) -> str:
    """`text` with one letter of a long word left out, doubled, or swapped with the next."""
    words = text.split(" ")
    long = [number for number, word in enumerate(words) if len(word) > 5 and word.isalpha()]
    if long:
        number = rng.choice(long)
        word = words[number]
        at = rng.randrange(1, len(word) - 2)
        one, two = word[at], word[at + 1]
        words[number] = word[:at] + rng.choice((two, one + one + two, two + one)) + word[at + 2 :]
    return " ".join(words)
