//go:build !unix

package cdkapp

import "os/exec"

// group leaves a command as it is: where there are no process groups, the command alone is ended.
func group(*exec.Cmd) {}

func killGroup(*exec.Cmd) {}
