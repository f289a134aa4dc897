package match

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"heed/internal/id"
)

// The strangers are made up. There is no list of names in the house with how many
// people bear each, so names are drawn from a distribution of Zipf and Mandelbrot,
// which those of real populations follow, set to be harder than they are: in the
// larger part of the population the most common surname is borne by 2 in 100 (Smith in
// Great Britain: about 1.2), the most common forename by 4; in the smaller part, one
// person in five, by 9 and 13, as where one forename and a dozen surnames are very
// common; and there 15 in 100 were given the first of January. Half of all were born
// in 22 years.
type people struct{ forenames, surnames bag }

// bag holds names and how many people bear each or one before it, in parts of all.
type bag struct {
	names []string
	upTo  []float64
}

func newBag(r *rand.Rand, common string, size int, flat float64) bag {
	b := bag{names: strings.Fields(common)}
	for len(b.names) < size {
		b.names = append(b.names, madeUp(r))
	}
	var sum float64
	for i := range b.names {
		sum += 1 / (float64(i+1) + flat)
		b.upTo = append(b.upTo, sum)
	}
	for i := range b.upTo {
		b.upTo[i] /= sum
	}
	return b
}

func (b bag) draw(r *rand.Rand) string {
	return b.names[min(sort.SearchFloat64s(b.upTo, r.Float64()), len(b.names)-1)]
}

// madeUp is a name of two or three syllables.
func madeUp(r *rand.Rand) string {
	pick := func(from string) string { all := strings.Fields(from); return all[r.IntN(len(all))] }
	name := ""
	for range 2 + r.IntN(2) {
		name += pick("b d f g h j k l m n p r s t v w y sh ch th br dr gr kr st tr kh") + pick("a e i o u ai ee ou")
	}
	if r.IntN(10) < 6 {
		name += pick("n s r l m t d k ng nd ck th sh rd")
	}
	return name
}

func (p people) somebody(r *rand.Rand, firstOfJanuary float64, middle float64) Person {
	words := []string{p.forenames.draw(r)}
	if r.Float64() < middle {
		words = append(words, p.forenames.draw(r))
	}
	born := time.Date(1945, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, r.IntN(73*365))
	if r.IntN(2) == 0 {
		born = time.Date(1993, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, r.IntN(22*365))
	}
	if r.Float64() < firstOfJanuary {
		born = time.Date(born.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return Person{Name: strings.Join(append(words, p.surnames.draw(r)), " "), Born: born.Format(time.DateOnly)}
}

// TestStrangersAreHardlyEverTaken: of 10,000 people who are raised beside 100,000
// others, at most 10 are shown somebody else.
func TestStrangersAreHardlyEverTaken(t *testing.T) {
	for seed := range uint64(3) {
		strangers(t, rand.New(rand.NewPCG(2026, seed)))
	}
}

func strangers(t *testing.T, r *rand.Rand) {
	larger := people{
		newBag(r,
			`oliver george harry noah jack leo arthur muhammad oscar charlie olivia amelia isla ava mia ivy lily isabella rosie sophia
			david john michael paul andrew susan sarah karen margaret james thomas daniel matthew emma laura rebecca`, 1500, 3),
		newBag(r,
			`smith jones taylor williams brown davies evans wilson thomas roberts johnson lewis walker robinson wood thompson white watson
			jackson wright green harris cooper king lee martin clarke james morgan hughes edwards hill moore clark harrison scott young morris hall ward`, 20_000, 5),
	}
	smaller := people{
		newBag(r, `mohammed ahmed ali fatima aisha abdul hassan hussain zainab maryam yusuf ibrahim omar bilal khadija amina`,
			600, 0.3),
		newBag(r,
			`khan ahmed hussain ali begum khatun shah malik iqbal akhtar mahmood rahman miah uddin islam chowdhury hassan ibrahim omar hamid`, 800, 0.8),
	}
	somebody := func() Person {
		if r.IntN(5) == 0 {
			return smaller.somebody(r, 0.15, 0.5)
		}
		return larger.somebody(r, 0.005, 0.3)
	}
	x, at := NewIndex(), place()
	most := map[string]int{}
	for range 100_000 {
		p := somebody()
		most[p.Born]++
		x.Put(at, id.NewRecord(t0), 1, Of(p))
	}
	wrong, shown := 0, 0
	for range 10_000 {
		p := somebody()
		if others := x.Earlier(at, later(), Of(p)); len(others) > 0 {
			wrong++
			shown += len(others)
		}
	}
	day := 0
	for _, n := range most {
		day = max(day, n)
	}
	t.Logf("%d of 10,000 were shown somebody else, %d altogether; %d people have the most common day of birth", wrong,
		shown, day)
	if wrong > 10 {
		t.Errorf("%d of 10,000 were shown somebody else, want at most 10", wrong)
	}
	if len(x.Records()) != 100_000 || day < 30 || math.Abs(smaller.forenames.upTo[0]-0.13) > 0.03 {
		t.Errorf("%d people, %d on one day, %.3f of one forename: the test is not as hard as it says", len(x.Records()), day,
			smaller.forenames.upTo[0])
	}
}

// TestTwinsAreTwo: of 2,000 pairs of brothers and sisters who were born on one day, of whom every
// fifth bear a double surname with a hyphen, at most 2 in 1,000 are taken for each other. Two
// surnames without a hyphen are two words like others, and are: the page says that it may be of a
// twin.
func TestTwinsAreTwo(t *testing.T) {
	r := rand.New(rand.NewPCG(2026, 7))
	first, last := newBag(r, "oliver george harry amelia isla ava", 1500, 3), newBag(r, "smith jones taylor", 20_000, 5)
	taken := 0
	for n := range 2000 {
		surname := last.draw(r)
		if n%5 == 0 {
			surname += "-" + last.draw(r)
		}
		one := first.draw(r)
		other := first.draw(r)
		for slices.Equal(heard(other), heard(one)) {
			other = first.draw(r)
		}
		if common(Of(Person{Name: one + " " + surname, Born: "3 May 2012"}), Of(Person{Name: other + " " + surname,
			Born: "3 May 2012"})) {
			taken++
		}
	}
	t.Logf("%d of 2,000 pairs of twins were taken for each other", taken)
	if taken > 4 {
		t.Errorf("%d of 2,000 pairs of twins were taken for each other, want at most 4", taken)
	}
	if !common(Of(Person{Name: "Ana García López", Born: "3 May 2012"}), Of(Person{Name: "Luis García López",
		Born: "3 May 2012"})) {
		t.Error("two surnames without a hyphen are told from a name in two parts: say so in decision 0504")
	}
}

func common(a, b Tokens) bool {
	return slices.ContainsFunc(a.All, func(t Token) bool { return slices.Contains(b.All, t) })
}
