// Command cmd measures Heed's figures and prints them; ./bench runs it.
//
// Trusted with nothing: it works in a folder of its own, with made-up people.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"heed/internal/bench"
)

func main() {
	quick := flag.Bool("quick", false, "smaller sizes, for a look")
	only := flag.String("only", "", "parts to run, with commas between: start,raise,list,verify,rooms,rows,person")
	dir := flag.String("dir", "", "a folder on the disk to be measured; the system's temporary folder when not given")
	profile := flag.String("profile", "", "write processor profiles of the raise path into this folder, and run only that")
	flag.Parse()
	o := bench.Options{Sizes: bench.Full, Dir: *dir, Source: ".", Profile: *profile, Out: os.Stdout}
	if *quick {
		o.Sizes = bench.Quick
	}
	if *only != "" {
		o.Only = strings.Split(*only, ",")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := bench.Run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
