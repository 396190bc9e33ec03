//go:build !unix

package cdkapp

import "os/exec"

// group does nothing: without process groups, only the command itself is ended.
func group(*exec.Cmd) {}

func killGroup(*exec.Cmd) {}
