package lambdaruntime

import (
	"context"
	"fmt"
	"path/filepath"
)

func Example() {
	pool := New(Options{
		MaxProcesses: 2,
		Log:          func(l LogLine) { fmt.Println(l.Function, l.RequestID, l.Text) },
	})
	defer pool.Close()

	err := pool.Replace(Spec{
		Name:    "Orders",
		Runtime: "provided.al2023",
		Dir:     filepath.Join(built, "echo"), // holds the file bootstrap, built for this host
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := pool.Invoke(context.Background(), "Orders", []byte(`{"path":"/orders"}`), InvokeOptions{})
	fmt.Println(string(result.Payload), result.Error, err)
	// Output: {"path":"/orders"} <nil> <nil>
}
