package web

import (
	"fmt"
	"html/template"
	"io/fs"
	"reflect"
	"text/template/parse"
)

// Check proves that a view's template and model fit: every field and method that
// the template names exists on the model's type, in branches taken or not, and
// every sample renders. One test calls it for every view of every part.
func Check(v AnyView) error {
	from, model := v.(interface{ source() (fs.FS, reflect.Type) }).source()
	t, err := parseFile(from, v.File())
	if err != nil {
		return err
	}
	c := checker{set: t, seen: map[seenTree]bool{}}
	if err := c.tree(t.Tree, model); err != nil {
		return fmt.Errorf("%s: %w", v.File(), err)
	}
	if len(v.Bodies()) == 0 {
		return fmt.Errorf("%s: has no sample model", v.File())
	}
	for i, b := range v.Bodies() {
		if _, err := b.Render(); err != nil {
			return fmt.Errorf("sample %d: %w", i+1, err)
		}
	}
	return nil
}

func (v *View[M]) source() (fs.FS, reflect.Type) { return v.from, reflect.TypeFor[M]() }

// checker walks a template with the type of the dot in hand; a nil type is one that cannot be known.
type checker struct {
	set  *template.Template
	seen map[seenTree]bool
}

type seenTree struct {
	tree *parse.Tree
	dot  reflect.Type
}

type scope map[string]reflect.Type

func (c *checker) tree(t *parse.Tree, dot reflect.Type) error {
	if t == nil || c.seen[seenTree{t, dot}] {
		return nil
	}
	c.seen[seenTree{t, dot}] = true
	return c.node(t.Root, dot, scope{"$": dot})
}

func (c *checker) node(n parse.Node, dot reflect.Type, vars scope) error {
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return nil
		}
		for _, child := range n.Nodes {
			if err := c.node(child, dot, vars); err != nil {
				return err
			}
		}
	case *parse.ActionNode:
		_, err := c.pipe(n.Pipe, dot, vars)
		return err
	case *parse.IfNode:
		return c.branch(&n.BranchNode, dot, vars, func(reflect.Type) reflect.Type { return dot })
	case *parse.WithNode:
		return c.branch(&n.BranchNode, dot, vars, func(t reflect.Type) reflect.Type { return t })
	case *parse.RangeNode:
		return c.branch(&n.BranchNode, dot, vars, element)
	case *parse.TemplateNode:
		t, err := c.pipe(n.Pipe, dot, vars)
		if err != nil {
			return err
		}
		named := c.set.Lookup(n.Name)
		if named == nil {
			return fmt.Errorf("line %d: no template %q", n.Line, n.Name)
		}
		return c.tree(named.Tree, t)
	}
	return nil
}

func (c *checker) branch(b *parse.BranchNode, dot reflect.Type, vars scope,
	inside func(reflect.Type) reflect.Type) error {
	inner := scope{}
	for k, v := range vars {
		inner[k] = v
	}
	t, err := c.pipe(b.Pipe, dot, inner)
	if err != nil {
		return err
	}
	newDot := inside(t)
	if b.NodeType == parse.NodeRange {
		switch d := b.Pipe.Decl; len(d) {
		case 1:
			inner[d[0].Ident[0]] = newDot
		case 2:
			inner[d[0].Ident[0]], inner[d[1].Ident[0]] = nil, newDot
		}
	}
	if err := c.node(b.List, newDot, inner); err != nil {
		return err
	}
	return c.node(b.ElseList, dot, vars)
}

func element(t reflect.Type) reflect.Type {
	if t == nil {
		return nil
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array, reflect.Map, reflect.Chan, reflect.Pointer:
		return t.Elem()
	}
	return nil
}

func (c *checker) pipe(p *parse.PipeNode, dot reflect.Type, vars scope) (t reflect.Type, err error) {
	if p == nil {
		return nil, nil //nolint:nilnil // no pipeline: nothing is known of its type
	}
	for _, cmd := range p.Cmds {
		for i, arg := range cmd.Args {
			argType, err := c.arg(arg, dot, vars)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", p.Line, err)
			}
			if i == 0 {
				t = argType
			}
		}
	}
	for _, d := range p.Decl {
		vars[d.Ident[0]] = t
	}
	return t, nil
}

func (c *checker) arg(n parse.Node, dot reflect.Type, vars scope) (reflect.Type, error) {
	switch n := n.(type) {
	case *parse.DotNode:
		return dot, nil
	case *parse.FieldNode:
		return fields(dot, n.Ident)
	case *parse.VariableNode:
		return fields(vars[n.Ident[0]], n.Ident[1:])
	case *parse.ChainNode:
		t, err := c.arg(n.Node, dot, vars)
		if err != nil {
			return nil, err
		}
		return fields(t, n.Field)
	case *parse.PipeNode:
		return c.pipe(n, dot, vars)
	case *parse.IdentifierNode:
		if f, ok := templateFuncs[n.Ident]; ok {
			return reflect.TypeOf(f).Out(0), nil
		}
	}
	return nil, nil //nolint:nilnil // a constant or a built-in: nothing to look up
}

// fields follows names from a type to the type of what they reach.
func fields(t reflect.Type, names []string) (reflect.Type, error) {
	for _, name := range names {
		if t == nil {
			return nil, nil //nolint:nilnil // unknown stays unknown
		}
		next, err := fieldOf(t, name)
		if err != nil {
			return nil, err
		}
		t = next
	}
	return t, nil
}

func fieldOf(t reflect.Type, name string) (reflect.Type, error) {
	for _, withMethods := range []reflect.Type{t, reflect.PointerTo(t)} {
		if m, ok := withMethods.MethodByName(name); ok {
			return m.Type.Out(0), nil
		}
	}
	base := t
	for base.Kind() == reflect.Pointer {
		base = base.Elem()
	}
	switch base.Kind() {
	case reflect.Struct:
		if f, ok := base.FieldByName(name); ok && f.IsExported() {
			return f.Type, nil
		}
	case reflect.Map:
		return base.Elem(), nil
	case reflect.Interface:
		return nil, nil //nolint:nilnil // what is inside is known only when it runs
	}
	return nil, fmt.Errorf("%s has no field or method %s", t, name)
}
