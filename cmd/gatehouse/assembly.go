package main

import (
	"errors"
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/localgateway/assembly"
)

// defaultAssembly is where CDK writes a cloud assembly.
// Source: https://docs.aws.amazon.com/cdk/v2/guide/cli.html
const defaultAssembly = "cdk.out"

// readAssembly reads a cloud assembly and resolves it. What AWS would choose, such as a user pool's id, is the same in
// every run and for every command, so that a token that one makes is for the API that another one runs.
func readAssembly(dir string) (*assembly.Assembly, *assembly.Model, error) {
	a, err := assembly.Read(dir)
	if err != nil {
		if errors.Is(err, assembly.ErrNotAssembly) {
			err = fmt.Errorf("%w, or name another folder with --assembly", err)
		}
		return nil, nil, err
	}
	return a, a.Model(assembly.Options{}), nil
}
