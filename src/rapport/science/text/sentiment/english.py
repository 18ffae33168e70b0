"""English words of service conversations that say how somebody feels, written for this desk."""

# Plain words by how much they say, from 1 (a little) to 3 (a lot).
GOOD = {
    3: """
    amazing awesome brilliant delighted excellent exceptional fabulous fantastic flawless incredible
    lifesaver love loved marvellous marvelous outstanding perfect perfectly phenomenal stunning superb
    terrific thrilled wonderful wonderfully impeccable unbeatable best
    """,
    2: """
    appreciate appreciated attentive beautiful beautifully bravo cheerful congratulations considerate
    courteous delicious delightful easily effortless efficient elegant enjoy enjoyed enjoying excited
    friendly generous glad good grateful great happily happy helped helpful helpfully impressed impressive
    intuitive kind kindly kindness knowledgeable likes lovely nice nicely patient pleasant pleased pleasure
    polite praise professional prompt promptly quick quickly recommend recommended reliable reliably
    responsive safely satisfied satisfying seamless smooth smoothly spotless sturdy success successful
    successfully thankful thoughtful trusted trustworthy useful welcoming well wow yay yummy cheers
    """,
    1: """
    accurate affordable better bargain clean clear clearly comfortable comfy convenient correct correctly
    easy fair fast fine fixed fresh improved improvement modern okay progress punctual reasonable reassuring
    resolved secure simple smart solved speedy stable straightforward sufficient thank thanks thx tidy
    timely transparent upgrade valuable warm works worth worthwhile
    """,
}
BAD = {
    3: """
    abysmal abuse abusive appalling atrocious awful cheated cheating disaster disastrous disgrace
    disgraceful disgusted disgusting dreadful fraud fraudulent furious garbage hate hated horrendous
    horrible horrid horrified hopeless hostile incompetent insulting insulted joke livid liars lied lying
    nightmare outrage outraged outrageous pathetic robbed scam scammed scammers shameful shocking sickening
    terrible thieves trash unacceptable unforgivable useless vile worst worthless
    """,
    2: """
    angry annoyed annoying anxious arrogant bad badly blame bored boring broke broken careless clueless
    clumsy complain complained complaining complaint complaints condescending confused confusing cracked
    crap crashed crashes crashing damaged dangerous defective deceptive deceived denied deserve dirty
    disappointed disappointing disappointment dishonest dismissive disrespectful distressed failed failing
    fails failure faulty filthy flawed frustrated frustrating frustration greedy harassed hell ignorant
    ignored ignoring impatient impolite impossible inaccurate inadequate inefficient inexcusable inferior
    irresponsible irritated irritating lies lost lousy miserable misleading mislead misled mistreated nasty
    neglected negligent nonsense offended overcharged overpriced painful poor poorly refuse refused refuses
    regret ridiculous ripoff rotten rude sad scared shoddy sloppy smelly sorry stinks stolen stressed
    stressful stupid suck sucks tedious threatened torn ugly unable unfair unfriendly unhappy unhelpful
    unhygienic unpleasant unprofessional unreliable unresponsive unsafe unsatisfied unstable unusable upset
    upsetting warped wasted worried worse wrong wrongly
    """,
    1: """
    blocked bug bugs buggy cancel cancelled chaotic cold complicated concerned cheap clunky delay delayed
    delays difficult doubt error errors expensive expired fault fees freezes frozen glitch glitches hard
    hassle hidden inconvenient incorrect incomplete inconsistent issue issues lag laggy late leak leaking
    leaks limited loud messy missing mistake mistakes noisy outdated pricey problem problems rejected
    scratched slow slower slowly stale stuck struggle struggling tired trouble troubles unclear unexpected
    unexplained unfortunately unnecessary unresolved vague waste
    """,
}
# Several words that count as one.
GOOD_PHRASES = {
    3.0: """
    great job, five stars, 5 stars, top notch, first class, works like a charm, made my day,
    couldn't be happier, could not be happier, couldn't be better, above and beyond
    """,
    2.5: """
    thank you so much, can't fault, cannot fault, better than expected, worth every, big help,
    will buy again, will order again
    """,
    2.0: """
    well done, good job, no problems, no issues, no complaints, no hassle, no trouble, keep it up,
    works again, working again, working fine, went above, ahead of schedule, earlier than expected,
    in no time, much better, so much easier, will be back, really like
    """,
    1.5: """
    thanks a lot, many thanks, sorted out, works now, can't complain, on time, not bad, i like
    """,
    1.0: """
    thank you, right away, straight away, looking forward, free of charge
    """,
    0.5: """
    no problem
    """,
}
BAD_PHRASES = {
    3.0: """
    never again, no help at all, waste of time, waste of money, rip off, ripped off, fed up, sick of,
    stay away, do not buy, don't buy, how dare, last straw
    """,
    2.5: """
    never came, never arrived, never received, never answered, never replied, no help, stopped working,
    waste of, had enough, fell apart, falling apart, fall apart, hung up, let down, round in circles,
    not worth, took forever, takes forever, nothing works
    """,
    2.0: """
    still waiting, kept waiting, still no, still not, still haven't, still hasn't, still has not,
    still have not, never called, no answer, no reply, no response, not working, not work, doesn't work,
    does not work, don't work, didn't work, won't turn on, wont work, hang up, hangs up, gave up, too late,
    too expensive, too slow, third time, in circles, charged twice, double charged, makes no sense,
    out of order, how is this possible, nothing happens, falls short
    """,
    1.5: """
    been waiting, hasn't arrived, has not arrived, not arrived, no one, nobody, give up, too long,
    over and over, again and again, money back, want a refund, demand, leave you, cancel my,
    close my account, could be better, could have been better
    """,
    1.0: """
    waited for, too small, too big, second time, no idea, switch to, for weeks, for months, forever,
    used to be
    """,
    0.5: """
    not yet, too much, ask again, for days, left me, kept me
    """,
}
NEGATIONS = frozenset(
    """
    ain't aren't barely can't cannot cant couldn't couldnt didn't didnt doesn't doesnt don't dont far hadn't
    hardly hasn't haven't isn't isnt lacking lacks neither never no none nor not nothing scarcely shouldn't
    wasn't wasnt weren't without won't wont wouldn't wouldnt
    """.split()
)
STRONGER = frozenset(
    """
    absolutely completely deeply entirely especially exceptionally extremely highly incredibly insanely most
    particularly really remarkably seriously so such super too totally truly utterly very
    """.split()
)
WEAKER = frozenset(
    """
    almost bit fairly kind kinda little mildly partly quite rather slightly somewhat sort
    """.split()
)
# What follows them is what is meant.
TURNS = frozenset(
    """
    although but except however though unfortunately yet
    """.split()
)
