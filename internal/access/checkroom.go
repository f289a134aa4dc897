package access

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	cedar "github.com/cedar-policy/cedar-go"
	xast "github.com/cedar-policy/cedar-go/x/exp/ast"
	"github.com/cedar-policy/cedar-go/x/exp/schema"
	"github.com/cedar-policy/cedar-go/x/exp/schema/validate"
)

// A room's rules speak of that room and of nothing else: one rule too wide in a file
// that somebody adds must not open a concern. They are held to it, and strictly to
// the schema, wherever a Policy is made, so that a room that fails cannot start.

//go:embed schema.cedarschema
var schemaText string

// rulesFile is the file of rules of each room, and that of Heed's own.
const rulesFile = "policies.cedar"

// CheckRoom says in words what is wrong with a room's rules, roles and actions: file,
// line, rule and remedy.
func CheckRoom(r Room) error {
	if err := r.fault(); err != nil {
		return fmt.Errorf("room %s: %w", r.Name, err)
	}
	return nil
}

func (r Room) fault() error {
	if err := r.namesItself(); err != nil {
		return err
	}
	for _, role := range r.Roles {
		if !role.Valid() {
			return fmt.Errorf("its definition names the role %q, which does not exist. Name one of: %s", role, roleNames())
		}
	}
	list, err := cedar.NewPolicyListFromBytes(rulesFile, []byte(r.Text))
	if err != nil {
		return fmt.Errorf("read %s: %w", rulesFile, err)
	}
	v, err := r.validator()
	if err != nil {
		return fmt.Errorf("its schema: %w", err)
	}
	for _, p := range list {
		name := string(p.Annotations()["id"])
		err := r.checkRule(p)
		if err == nil {
			err = typed(v.Policy(name, (*xast.Policy)(p.AST())))
		}
		if err != nil {
			return fmt.Errorf("%s:%d: rule %q: %w", rulesFile, lineOf(r.Text, p, err.Error()), name, err)
		}
	}
	return nil
}

// typed is what the validator found, on one line and with what to do.
func typed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s. What there is to ask stands in internal/access/checkroom.go; what a record may lack, only "+
		"behind a \"has\"", strings.ReplaceAll(err.Error(), "\n", "; "))
}

var (
	head   = regexp.MustCompile(`(?m)^\s*(permit|forbid)\b`)
	quoted = regexp.MustCompile(`["\x60]([^"\x60]+)["\x60]`)
)

// lineOf is the line of which a fault of a rule speaks: the first that has what it names in
// quotes, and else that on which the rule itself begins, below its annotations.
func lineOf(text string, p *cedar.Policy, fault string) int {
	begins := p.Position().Offset
	if at := head.FindStringSubmatchIndex(text[begins:]); at != nil {
		begins += at[2]
	}
	rule, _, _ := strings.Cut(text[begins:], ";")
	within := 0
	for _, name := range quoted.FindAllStringSubmatch(fault, -1) {
		if at := strings.Index(rule, name[1]); at >= 0 {
			within = at
			break
		}
	}
	return 1 + strings.Count(text[:begins+within], "\n")
}

// namesItself holds that kind, actions and groups are the room's own.
func (r Room) namesItself() error {
	if slices.Contains([]string{"", "Concern", "Office", "Staff", "Action", KindConcern, KindFunction, KindOrganisation},
		r.Kind) {
		return fmt.Errorf("the kind %q is not its own. Give it another", r.Kind)
	}
	for _, a := range slices.Concat(r.Records, r.Functions) {
		for _, name := range append([]string{string(a.Action)}, a.Groups...) {
			if !r.owns(name) {
				return fmt.Errorf("the action %q is not its own. Let its name begin with %q", name, r.Name+".")
			}
		}
	}
	return nil
}

func (r Room) owns(action string) bool { return r.Name != "" && strings.HasPrefix(action, r.Name+".") }

// names are all actions and groups that a rule may name.
func (r Room) names() (out []string) {
	for _, a := range slices.Concat(r.Records, r.Functions) {
		out = append(out, a.Groups...)
		out = append(out, string(a.Action))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// scope is the head of a rule.
type scope struct {
	Action struct {
		Op       string
		Entity   entityName
		Entities []entityName
	}
	Resource struct {
		Op   string
		Type string `json:"entity_type"`
	}
	Conditions []struct{ Body any }
}

type entityName struct{ Type, ID string }

// checkRule holds one rule to what is the room's own.
func (r Room) checkRule(p *cedar.Policy) error {
	raw, err := p.MarshalJSON()
	if err != nil {
		return fmt.Errorf("read its head: %w", err)
	}
	var s scope
	if err := json.Unmarshal(raw, &s); err != nil {
		return fmt.Errorf("read its head: %w", err)
	}
	named := s.Action.Entities
	if s.Action.Entity.ID != "" {
		named = append(named, s.Action.Entity)
	}
	if len(named) == 0 {
		return fmt.Errorf("it names no action, so it would speak of every record there is. Name the room's own: %s",
			strings.Join(r.names(), ", "))
	}
	for _, n := range named {
		if n.Type != "Action" || !slices.Contains(r.names(), n.ID) {
			return fmt.Errorf("the action %q is not the room's own. Name one of: %s", n.ID, strings.Join(r.names(), ", "))
		}
	}
	if s.Resource.Op != "is" || s.Resource.Type != r.Kind && s.Resource.Type != "Office" {
		return fmt.Errorf("it must say of what it speaks. Write \"resource is %s\" for a record of the room, \"resource is "+
			"Office\" for lists and beginning one; "+
			"two rules where both are meant", r.Kind)
	}
	for _, c := range s.Conditions {
		if err := checkRoles(c.Body); err != nil {
			return err
		}
	}
	return nil
}

// checkRoles walks a condition: what a person's role is compared with must be a role.
func checkRoles(x any) error {
	switch x := x.(type) {
	case []any:
		for _, y := range x {
			if err := checkRoles(y); err != nil {
				return err
			}
		}
	case map[string]any:
		for op, y := range x {
			if err := checkCompared(op, y); err != nil {
				return err
			}
			if err := checkRoles(y); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkCompared looks at one operator and what it is of.
func checkCompared(op string, of any) error {
	sides, ok := of.(map[string]any)
	if !ok {
		return nil
	}
	left, right := isRole(sides["left"]), isRole(sides["right"])
	if !left && !right {
		return nil
	}
	if !slices.Contains([]string{"==", "!=", "contains"}, op) {
		return fmt.Errorf("it compares a role by %q. Compare roles with == or contains", op)
	}
	other := sides["left"]
	if left {
		other = sides["right"]
	}
	for _, word := range textsOf(other) {
		if !Role(word).Valid() {
			return fmt.Errorf("the role %q does not exist. Name one of: %s", word, roleNames())
		}
	}
	return nil
}

// isRole says whether an expression is the role of the one who asks.
func isRole(x any) bool {
	m, _ := x.(map[string]any)
	dot, _ := m["."].(map[string]any)
	of, _ := dot["left"].(map[string]any)
	return dot["attr"] == "role" && of["Var"] == "principal"
}

// textsOf are the texts in an expression.
func textsOf(x any) (out []string) {
	switch x := x.(type) {
	case string:
		return []string{x}
	case []any:
		for _, y := range x {
			out = append(out, textsOf(y)...)
		}
	case map[string]any:
		for key, y := range x {
			if key == "Value" || key == "Set" {
				out = append(out, textsOf(y)...)
			}
		}
	}
	return out
}

func roleNames() string {
	var out []string
	for _, r := range Roles() {
		out = append(out, string(r))
	}
	return strings.Join(out, ", ")
}

// validator checks rules strictly against what a room's records are and what may be
// done with them.
func (r Room) validator() (*validate.Validator, error) {
	var b strings.Builder
	b.WriteString(schemaText)
	fmt.Fprintf(&b, `
entity %s {
  organisation: String, stage: String, compartment: String, closed: Bool, raiser?: Staff, owner?: Staff, team?: String,
  subjects: Set<Staff>, conflicts: Set<Staff>, named: Set<Staff>, passed_by: Set<Staff>, answering: Set<String>, no_lead: Bool,
  nobody_else: Bool,
};
`, r.Kind)
	of, groups := map[Action][]string{}, map[Action][]string{}
	add := func(all []RoomAction, kind string) {
		for _, a := range all {
			of[a.Action] = append(of[a.Action], kind)
			groups[a.Action] = append(groups[a.Action], a.Groups...)
		}
	}
	add(r.Records, r.Kind)
	add(r.Functions, "Office")
	for _, name := range r.names() {
		act := Action(name)
		if of[act] == nil {
			fmt.Fprintf(&b, "action %s;\n", strconv.Quote(name))
			continue
		}
		in := ""
		for _, g := range groups[act] {
			in += strconv.Quote(g) + ", "
		}
		if in != "" {
			in = " in [" + strings.TrimSuffix(in, ", ") + "]"
		}
		fmt.Fprintf(&b, "action %s%s appliesTo { principal: Staff, resource: [%s], context: Asked };\n", strconv.Quote(name),
			in, strings.Join(of[act], ", "))
	}
	var s schema.Schema
	if err := s.UnmarshalCedar([]byte(b.String())); err != nil {
		return nil, err
	}
	resolved, err := s.Resolve()
	return validate.New(resolved, validate.WithStrict()), err
}

// checkRooms holds every room to what is its own, and all of them apart.
func checkRooms(rooms []Room) error {
	for i, r := range rooms {
		if err := CheckRoom(r); err != nil {
			return err
		}
		for _, other := range rooms[:i] {
			if r.Name == other.Name || r.Kind == other.Kind {
				return fmt.Errorf("rooms %s (%s) and %s (%s) must each have a name and a kind of their own", other.Name, other.Kind,
					r.Name, r.Kind)
			}
		}
	}
	return nil
}
