"""Words that say nothing about what a question is about, however rare the knowledge base thinks they are."""

from __future__ import annotations

COMMON = frozenset(
    # what holds a sentence together
    "a about above across after again against all almost along already also although always am among an and another"
    " any anybody anyone anything anyway are aren't around as at away be because been before being below beside"
    " besides between both but by can can't cannot could couldn't did didn't do does doesn't doing don't done down"
    " during each either else enough even ever every everybody everyone everything everywhere few for from further had"
    " has hasn't have haven't having he her here hers him his how however i i'd i'll i'm i've if in instead into is"
    " isn't it it's its itself just many may maybe me might mine more most much must my myself near neither never no"
    " nobody none nor not nothing now of off often on once one ones only onto or other others our ours out over own"
    " per perhaps quite rather really same shall she should since so some somebody somehow someone something"
    " sometimes somewhere still such than that that's the their theirs them then there there's these they this those"
    " though through to together too toward towards under unless until up upon us very via was wasn't we we're well"
    " were what what's whatever when where whether which while who who's whole whom whose why will with within without"
    " won't would wouldn't yes yet you you'd you'll you're you've your yours yourself"
    # numbers
    " one two three four five six seven eight nine ten hundred thousand"
    # what people say while they ask
    " advice answer answers anyhow ask asked asking basically boss boy bro btw cheers colleague colleagues currently"
    " curious dear dunno everyday eventually experience experiences fellow folks fyi gonna gotta guy guys guess happy"
    " hello help helps hey hi hint hints hmm hope idea ideas imho imo info kind kinda kindly lately lol luck mate mates"
    " mean means newbie noob nope ok okay opinion opinions pardon people person please pls possible possibly pretty"
    " probably question questions quick quickly recommend recommended recommendation recommendations regarding"
    " seriously somewhat sorry stuff suggest suggestion suggestions sure team thank thanks thing things think thinking"
    " thought thoughts thx tip tips today tomorrow totally ty wanna week wondering yeah yep yesterday"
    # how they come to ask, and how they want to be told
    " afternoon call called cc docs email evening google googled id looked mail morning night noon number ping read"
    " search searched urgent wiki write"
    # what they say about anything
    " able actual actually available bad best better big bit came come comes compare compared comparing comparison come"
    " difference differences different easier easiest easily easy exactly fast faster fastest favorite favourite find"
    " fine first found gave get gets getting give given gives go goes going gone good got great hard harder keep keeps"
    " kept know known knows last least less let lets like likely little long look looking looks lot lots made make"
    " makes making need needed needs new next nice old option options pick prefer proper put right run running runs"
    " said say says see seem seems seen slow slower small start started still support supported supporting supports"
    " take takes tell tried try trying type u up use used useful uses using usual usually ur versus vs want wanted"
    " wants way ways work worked working works worth wrong".split()
)
