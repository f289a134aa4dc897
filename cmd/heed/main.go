// Command heed is the whole program, for a practice, a trust, a region or the
// nation. It holds nothing but the way into package cli, which has its commands
// and says who is trusted with what.
package main

import (
	"os"

	"heed/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:])) }
