//! The page in a real Chromium, end to end: the real program, the page as Trunk built it, one
//! browser and one profile per person.

mod talking;
