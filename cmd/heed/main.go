// Command heed is the whole program: see package cli for its commands.
package main

func main() {}
