// Command linked has all code that the tests of the documentation run with CDK, in one program.
//
//	linked            answers requests, which are JSON values on its standard input
//	linked PROGRAM    runs a program of the documentation or of a test
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	example "github.com/gatehouse-cdk/gatehouse/app/stack"
	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
)

// programs are the programs by the place of their block or by their name.
var programs = map[string]func(){}

// fragments are the blocks of statements by their place.
var fragments = map[string]fragment{}

type fragment struct {
	uses []string // the given names that it uses
	run  func()
}

// request has one of these.
type request struct {
	Fragment string         // run the fragment in a new app
	Context  map[string]any // read the example's settings from the context
	Example  *exampleRun    // synthesize the example
}

type exampleRun struct {
	Into string // the folder of the assembly
	In   string // the folder of the example's module
}

type answer struct {
	Panic    string
	Template json.RawMessage // the template of a fragment's stack
}

func main() {
	if len(os.Args) > 1 {
		programs[os.Args[1]]()
		return
	}
	defer jsii.Close()
	requests, answers := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var r request
		if requests.Decode(&r) != nil {
			return
		}
		if answers.Encode(r.answer()) != nil {
			return
		}
	}
}

func (r request) answer() (a answer) {
	defer func() {
		if p := recover(); p != nil {
			a.Panic = fmt.Sprint(p)
		}
	}()
	switch {
	case r.Fragment != "":
		f := fragments[r.Fragment]
		setUp(f.uses...)
		f.run()
		template, err := os.ReadFile(filepath.Join(*app.Synth(nil).Directory(), "Shop.template.json"))
		if err != nil {
			panic(err)
		}
		a.Template = template
	case r.Context != nil:
		example.FromContext(awscdk.NewApp(&awscdk.AppProps{Context: &r.Context}))
	case r.Example != nil:
		r.Example.run()
	}
	return a
}

// run synthesizes the example. Its functions are built for this machine, for which their packages are already compiled.
func (e exampleRun) run() {
	os.Setenv(gofunction.HostBuildVariable, "1")
	defer os.Unsetenv(gofunction.HostBuildVariable)
	here, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	defer os.Chdir(here)
	if err := os.Chdir(e.In); err != nil {
		panic(err)
	}
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &e.Into})
	example.New(app, "Orders", example.Settings{Authorizer: example.Token})
	app.Synth(nil)
}
