// Package attack proves Heed's promises about safety over the whole program, from
// outside: every route as every kind of person, hostile input, a scan of all that
// the program writes for words that were typed, a full disk, kills, and changes
// made behind its back.
//
// It keeps true that a promise counts only with a test that has been seen to fail:
// each file says on which planted fault. Trusted with nothing; tests only.
package attack
