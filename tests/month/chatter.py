"""What else is said to a bot in a month: small talk, code help, matters of daily life, and questions asked once."""

from __future__ import annotations

SMALL_TALK = tuple(
    """\
hello
hi there
good morning bot
thanks a lot
thank you, that helped
great answer
bye for now
who are you
what can you do
you are wrong
see you tomorrow
cheers""".splitlines()
)

CODE_HELP = {
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
}
"""Requests for help with somebody's own program, by what they are about."""

DAILY = {
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
"""Matters that no bot about frameworks should know, by what they are about."""

ONCE = tuple(
    """\
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
fireworks forbidden downtown?
what rhymes with orange
sourdough will not rise
kite festival on the beach
dentist who speaks polish
tallest lighthouse in europe
knitting circle moves to wednesday
my hamster escaped
best stop for northern lights
crossword clue seven letters river
fog horn kept me awake
does the pharmacy sell stamps
cheap ferry to the islands
the coffee beans taste burnt
badminton court booked twice by mistake
moths ate my jumper
old coins found in the cellar
where do storks spend winter
karaoke songs for shy singers
squeaky chair in the library
my suitcase went to oslo without me
honey crystallised, still edible?
volcano documentary tonight
giraffe sleeping hours
who won the regatta
a haiku on drizzle
left-handed scissors
the fountain freezes in january
paper lanterns for the garden party
blackbird nest above my balcony
is liquorice healthy""".splitlines()
)
"""Things that nobody asks twice."""
