// Package process holds the referral process as data and decides, from that
// data alone, which step may follow which.
//
// A Definition is a versioned JSON file inside the program; an organisation lays
// an overlay over it: narrower roles, tighter deadlines, further steps and
// questions, wording, contacts. An overlay adds and tightens. Check walks every
// configuration (state and facts) that a definition can reach and proves its
// safeguards: nothing leaves without a recorded decision to share, police advice
// never decides, the 999 advice is always in reach, no path ends without an
// answer to the person who raised the concern or a recorded reason.
//
// What stays true here:
//   - States are the organisation's own. What police, council or panel do is
//     recorded as told to us (Step.Told) and changes neither state nor facts.
//   - Notes, corrections, what we are told and a further answer may be appended
//     after closing; nothing moves out of an ending state. What comes up later is
//     a new concern.
//   - The latest sharing decision rules: a decision not to share withdraws an
//     earlier decision to share for everything that has not been sent yet.
//
// The package is pure: values in, values out; no clock, no SQL, no context. It
// says what the process allows; who is allowed is package access's to say, and
// both must agree. The author of an overlay is trusted to name roles, numbers
// and words of the organisation, and with nothing else: a hostile overlay is
// refused (testdata/overlays).
//
// Sources: Building Partnerships, Staying Safe (Department of Health, 2011),
// page 21 with its footnotes; Counter-Terrorism and Security Act 2015 s36. The
// boxes of the 2011 chart could not be read, only its text and footnotes: the
// deadlines are this program's proposals (evidence "D") and settings, not law.
package process
