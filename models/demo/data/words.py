"""Random short texts that nobody wrote before: what the model must be able to copy."""

from __future__ import annotations

import random

ORDINARY = ["a", "about", "above", "after", "again", "air", "all", "also", "always", "am", "an", "and", "animal", "another", "answer", "any", "apple", "arm", "around", "ask", "at", "away", "baby", "back", "bag", "ball", "bank", "bath", "be", "bear", "bed", "before", "begin", "behind", "bell", "best", "big", "bird", "black", "blue", "boat", "body", "book", "both", "box", "boy", "bread", "bring", "brother", "brown", "bus", "but", "buy", "by", "cake", "call", "camera", "can", "car", "card", "cat", "chair", "change", "cheap", "child", "city", "clean", "clock", "close", "cloud", "coat", "coffee", "cold", "come", "cook", "corner", "cost", "count", "country", "cow", "cup", "cut", "dance", "dark", "day", "deep", "dentist", "desk", "dinner", "doctor", "dog", "door", "down", "draw", "dream", "drive", "dry", "early", "ear", "east", "easy", "eat", "egg", "eight", "end", "evening", "every", "eye", "face", "fall", "family", "far", "farm", "fast", "father", "feed", "few", "field", "find", "fire", "first", "fish", "five", "floor", "flower", "fly", "food", "foot", "for", "forest", "four", "free", "friend", "from", "fruit", "full", "game", "garden", "girl", "give", "glass", "go", "gold", "good", "grass", "green", "ground", "grow", "guitar", "hair", "half", "hand", "hat", "have", "he", "head", "hear", "heart", "heavy", "help", "her", "here", "high", "hill", "him", "his", "home", "horse", "hot", "hour", "house", "how", "hundred", "ice", "idea", "in", "is", "it", "job", "juice", "jump", "keep", "key", "king", "kitchen", "know", "lake", "lamp", "land", "large", "last", "late", "laugh", "lead", "leaf", "learn", "leave", "left", "letter", "light", "like", "line", "lion", "list", "little", "live", "long", "look", "lose", "love", "low", "lunch", "make", "man", "many", "map", "market", "me", "meat", "meet", "milk", "minute", "Monday", "money", "month", "moon", "more", "morning", "most", "mother", "mountain", "mouse", "mouth", "move", "much", "music", "must", "my", "name", "near", "neck", "never", "new", "next", "nice", "night", "nine", "no", "noon", "north", "nose", "not", "now", "number", "nurse", "of", "off", "office", "often", "oil", "old", "on", "one", "only", "open", "or", "orange", "order", "other", "our", "out", "over", "own", "page", "paint", "paper", "park", "part", "party", "pay", "pen", "people", "phone", "picture", "piece", "place", "plan", "plant", "play", "please", "pocket", "post", "potato", "pull", "push", "put", "queen", "question", "quick", "rain", "read", "ready", "red", "rent", "ring", "river", "road", "room", "round", "run", "sad", "salt", "same", "sand", "say", "school", "sea", "second", "see", "sell", "send", "seven", "she", "ship", "shoe", "shop", "short", "show", "side", "sing", "sister", "sit", "six", "sky", "sleep", "slow", "small", "snow", "so", "soap", "some", "son", "song", "soon", "south", "spoon", "spring", "stand", "star", "start", "station", "stay", "stone", "stop", "store", "storm", "street", "strong", "sugar", "summer", "sun", "Sunday", "swim", "table", "take", "tall", "tax", "tea", "teacher", "tell", "ten", "test", "than", "that", "the", "their", "them", "then", "there", "they", "thing", "think", "this", "three", "ticket", "time", "tired", "to", "today", "tomorrow", "too", "tooth", "top", "town", "train", "travel", "tree", "Tuesday", "turn", "two", "umbrella", "uncle", "under", "up", "use", "very", "visit", "wait", "walk", "wall", "want", "warm", "was", "wash", "water", "way", "we", "week", "well", "west", "wet", "what", "wheel", "when", "where", "white", "who", "why", "wind", "window", "winter", "wish", "with", "woman", "wood", "word", "work", "world", "write", "year", "yellow", "yes", "you", "young", "your", "zoo", "Anna", "Ben", "Carla", "David", "Emma", "Frank", "Greta", "Hugo", "Iris", "Jonas", "Berlin", "Paris", "London", "Madrid", "Rome", "Oslo", "red-hot", "e-mail", "mother's", "o'clock", "passport", "garage", "password", "meeting", "birthday", "flight", "invoice"]

_ONSETS = ["b", "c", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "q", "r", "s", "t", "v", "w", "x", "y", "z", "bl", "br", "ch", "cl", "cr", "dr", "fl", "fr", "gl", "gr", "pl", "pr", "sh", "sk", "sl", "st", "th", "tr", "zw"]
_VOWELS = ["a", "e", "i", "o", "u", "ai", "au", "ea", "ee", "ie", "oo", "ou", "y"]
_CODAS = ["", "", "", *["b", "ck", "d", "f", "g", "k", "l", "m", "n", "nd", "ng", "nt", "p", "r", "rk", "rs", "s", "st", "t", "x", "z"]]
_ODD = ["é", "ü", "ß", "ñ", "ø", "å", "č", "ł", "π", "Ω", "я", "ж", "你", "好", "か", "€", "§", "°", "→", "✓", "🙂", "🚲"]


def invented_word(rng: random.Random) -> str:
    """A word of one to three syllables, or letters with no order at all."""
    if rng.random() < 0.15:
        return "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(rng.randint(2, 8)))
    syllables = rng.choices((1, 2, 3), (2, 5, 2))[0]
    word = "".join(
        rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS) for _ in range(syllables)
    )
    return word.capitalize() if rng.random() < 0.15 else word


def _code(rng: random.Random) -> str:
    letters = "".join(rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(rng.randint(1, 3)))
    return f"{letters}{rng.choice(['', '-', '/', '.'])}{rng.randint(0, 999)}"


def _odd(rng: random.Random) -> str:
    word = list(invented_word(rng))
    for _ in range(rng.randint(1, 2)):
        word.insert(rng.randint(0, len(word)), rng.choice(_ODD))
    return "".join(word)


def any_word(rng: random.Random) -> str:
    """A word for a copied text: invented, ordinary, a number, a code, or one with odd characters."""
    kind = rng.choices(("invented", "ordinary", "number", "code", "odd"), (45, 38, 9, 4, 4))[0]
    if kind == "invented":
        return invented_word(rng)
    if kind == "ordinary":
        return rng.choice(ORDINARY)
    if kind == "number":
        return str(rng.randint(0, rng.choice((9, 99, 999, 99999))))
    return _code(rng) if kind == "code" else _odd(rng)


def copied_text(rng: random.Random, longest: int = 6) -> str:
    """One to `longest` words, now and then with a comma, a colon or a mark at the end."""
    words = [any_word(rng) for _ in range(rng.randint(1, longest))]
    for position in range(len(words) - 1):
        if rng.random() < 0.05:
            words[position] += rng.choice((",", ",", ":", ";", " -", " +", " &", " ="))
    text = " ".join(words)
    return text + rng.choice("!?") if rng.random() < 0.05 else text
