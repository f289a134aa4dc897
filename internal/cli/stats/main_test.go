package stats

import (
	"errors"
	"fmt"
	"io"

	"github.com/alecthomas/kong"

	"heed/internal/fail"
)

// ExitCode is 0 for nil, 1 for the answer no, 2 for input that can be put right.
func ExitCode(err error) int {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, ErrDiffer), fail.Is(err, fail.Refused):
		return 1
	}
	return 2
}

// Main runs the command by itself.
func Main(args []string, in io.Reader, out, errs io.Writer) int {
	var cmd Cmd
	exit := -1
	k, err := kong.New(&cmd, kong.Name("heed stats"), kong.Writers(out, errs),
		kong.Exit(func(code int) { exit = code }), kong.BindTo(in, (*io.Reader)(nil)), kong.BindTo(out, (*io.Writer)(nil)))
	if err != nil {
		fmt.Fprintln(errs, "heed stats:", err)
		return 2
	}
	ctx, err := k.Parse(args)
	if exit >= 0 { // --help
		return exit
	}
	if err == nil {
		err = ctx.Run()
	}
	if err != nil && !errors.Is(err, ErrDiffer) {
		fmt.Fprintln(errs, "heed stats:", words(err))
	}
	return ExitCode(err)
}
