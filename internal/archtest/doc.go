// Package archtest holds the walls of the house as tests: who may import whom
// (layers.txt), what may be asked in one place only (the time, a database), and
// the words that nothing in Heed may be called.
//
// It keeps true what docs/architecture.md promises. It is trusted with nothing
// and is not part of the program.
package archtest
