package cli

import (
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// hide stops a terminal from showing what is typed. show turns it back and says
// whether it was a terminal at all.
func hide(in io.Reader) (show func() bool) {
	f, ok := in.(*os.File)
	if !ok {
		return func() bool { return false }
	}
	fd := int(f.Fd())
	was, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil { // a pipe or a file
		return func() bool { return false }
	}
	hidden := *was
	hidden.Lflag &^= unix.ECHO
	if err := unix.IoctlSetTermios(fd, unix.TCSETS, &hidden); err != nil {
		return func() bool { return false }
	}
	return func() bool { return unix.IoctlSetTermios(fd, unix.TCSETS, was) == nil }
}
