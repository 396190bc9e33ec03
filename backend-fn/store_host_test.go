//go:build gatehouse_host

package main

import "testing"

func TestInMemory(t *testing.T) {
	for _, c := range []struct {
		name string
		env  map[string]string
		want bool
	}{
		{"on a developer's machine", map[string]string{"LAMBDA_TASK_ROOT": "/home/me/cdk.out/asset.1"}, true},
		{"with a table on this machine", map[string]string{"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:8000"}, false},
		{"host build on Lambda", map[string]string{"LAMBDA_TASK_ROOT": "/var/task"}, false},
	} {
		if got := inMemory(func(name string) string { return c.env[name] }); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}
