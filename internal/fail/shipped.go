package fail

import (
	"fmt"
	"os"
)

// Shipped says in one line what is wrong with a file that the program is made with, and ends it
// with status 1: nothing can be done before the file is mended, and the stack of a panic, which
// says nothing of the file, would stand around the line.
func Shipped(words string) {
	fmt.Fprintln(os.Stderr, words)
	os.Exit(1)
}
