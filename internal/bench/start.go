package bench

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"time"

	"heed/internal/clock"
)

// start measures the program itself: size, cold start and what it holds when idle.
func (b *Bench) start(ctx context.Context) ([]Figure, error) {
	info, err := os.Stat(b.heed)
	if err != nil {
		return nil, fmt.Errorf("measure the program: %w", err)
	}
	figures := []Figure{{What: "stripped binary", Measured: mb(info.Size()), Wanted: "32 MB"}}
	in, err := b.install(ctx, "start", "", 3)
	if err != nil {
		return figures, err
	}
	const starts = 9
	var all []time.Duration
	for range starts {
		d, err := b.firstPage(in)
		if err != nil {
			return figures, err
		}
		all = append(all, d)
	}
	slices.Sort(all)
	bare, err := b.bare(ctx)
	if err != nil {
		return figures, err
	}
	figures = append(figures, Figure{"cold start to first page, middle of 9 (fastest)",
		fmt.Sprintf("%s (%s)", ms(all[starts/2]), ms(all[0])), "50 ms",
		"heed version: " + ms(bare), ""})
	rss, own, err := b.idle(ctx, in)
	if err != nil {
		return figures, err
	}
	return append(figures, Figure{"idle memory, 10 s after the first page", mb(rss << 10), "32 MB", mb(own<<10) +
		" without the program's own file", ""}), nil
}

// firstPage is the time from exec to the whole of /raise.
func (b *Bench) firstPage(in *installation) (time.Duration, error) {
	took := clock.Stopwatch()
	p, err := b.serve(in)
	if err != nil {
		return 0, err
	}
	if err := p.page("/raise"); err != nil {
		return 0, err
	}
	d := took()
	return d, p.stop()
}

// page fetches a public page.
func (p *program) page(path string) error {
	c, err := connect(p.addr)
	if err != nil {
		return err
	}
	defer c.close()
	status, body, err := c.request(fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, p.addr))
	if err == nil && status != 200 {
		err = fmt.Errorf("%s answers %d: %.200s", path, status, body)
	}
	return err
}

// bare is how long the program needs to begin and end without doing anything.
func (b *Bench) bare(ctx context.Context) (time.Duration, error) {
	var all []time.Duration
	for range 5 {
		took := clock.Stopwatch()
		if err := exec.CommandContext(ctx, b.heed, "version").Run(); err != nil {
			return 0, fmt.Errorf("run the program: %w", err)
		}
		all = append(all, took())
	}
	slices.Sort(all)
	return all[2], nil
}

// idle is what a program holds that has shown a page and then had nothing to do.
func (b *Bench) idle(ctx context.Context, in *installation) (rss, own int64, err error) {
	p, err := b.serve(in)
	if err != nil {
		return 0, 0, err
	}
	if err := p.page("/raise"); err != nil {
		return 0, 0, err
	}
	select {
	case <-ctx.Done():
		return 0, 0, ctx.Err()
	case <-time.After(10 * time.Second):
	}
	if rss, own, err = memory(p.pid()); err != nil {
		return 0, 0, err
	}
	return rss, own, p.stop()
}

func mb(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/(1<<20)) }
