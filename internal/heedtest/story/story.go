// Package story rehearses what people do with the whole program, in a real
// browser and through the API, on both engines.
//
// It keeps true that the first thing Heed promises works from end to end: a nurse
// raises a concern, a lead takes it up and answers, and nothing of it can be
// altered unseen. Trusted with nothing; tests only.
package story
