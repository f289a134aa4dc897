// Package casework holds the components that Heed adds to the NHS design system:
// what people who follow up concerns see on every page. They are made like those of
// package nhs: typed values in, safe HTML out, no map and no bag of strings.
//
// What the package keeps true:
//   - Every state shown in a tag comes from one list (Status). None of them, and no
//     tint, reads as a judgement of a person: there is no tag for that, and no
//     traffic light. Red is for "There is a problem" with what was typed or sent.
//   - Everything works without JavaScript. What a script adds is in assets/src.
//   - Sorting, filtering and pages are links and GET forms: the address says it all,
//     and holds no name and no free text.
//   - A timeline shows what it is given, newest first, and invents no time.
//
// The package decides nothing: who may see a thing, and what is due, is decided before.
package casework
