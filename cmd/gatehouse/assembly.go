package main

import (
	"errors"
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// defaultAssembly is where CDK writes a cloud assembly.
// Source: https://docs.aws.amazon.com/cdk/v2/guide/cli.html
const defaultAssembly = "cdk.out"

// readAssembly reads a cloud assembly and resolves it. What AWS would choose, such as a user pool's id, is the same in
// every run and for every command, so that a token that one makes is for the API that another one runs.
func readAssembly(dir string) (*cloudassembly.Assembly, *cloudassembly.Model, error) {
	a, err := cloudassembly.Read(dir)
	if err != nil {
		if errors.Is(err, cloudassembly.ErrNotAssembly) {
			err = fmt.Errorf("%w, or name another folder with --assembly", err)
		}
		return nil, nil, err
	}
	return a, a.Model(cloudassembly.Options{}), nil
}
