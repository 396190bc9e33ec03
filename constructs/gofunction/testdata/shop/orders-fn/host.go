//go:build gatehouse_host

package main

func init() { println("made to run here") }
