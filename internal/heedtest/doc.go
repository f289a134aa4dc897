// Package heedtest rehearses stories in which several parts of Heed meet: what
// no single package can show of itself. It holds tests only; world, below it,
// builds the people and places that they need.
package heedtest
