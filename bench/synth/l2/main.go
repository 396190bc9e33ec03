// Command l2 is the side of "go run ./bench/synth" that uses CDK's L2 constructs. It links no package of Gatehouse
// except a small one that knows jsii's folders.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/bench/synth/internal/program"
	"github.com/gatehouse-cdk/gatehouse/bench/synth/internal/shape"
)

func main() {
	var spec shape.Shape
	spec.Flags(flag.CommandLine)
	out := flag.String("out", "", "the `folder` of the cloud assembly")
	wordsFile := flag.String("words", "", "the `file` with the output of Gatehouse's program for -words")
	built := flag.String("built", "", "the `folder` of an assembly of that program, whose executables are copied")
	load := flag.Bool("load", false, "only load CDK")
	index := flag.Bool("index", false, "only wait until jsii has its index of CDK's types")
	flag.Parse()
	if *load || *index {
		program.Exit(program.Index(*index))
	}
	if *out == "" || *wordsFile == "" || *built == "" {
		program.Exit(fmt.Errorf("-out, -words or -built is missing"))
	}
	var words shape.Words
	text, err := os.ReadFile(*wordsFile)
	if err == nil {
		err = json.Unmarshal(text, &words)
	}
	if err != nil {
		program.Exit(err)
	}
	program.Synthesize(spec, *out, func(app awscdk.App) {
		if spec.Many() {
			newStacks(app, spec, words, codeOf(*built))
		} else {
			newExample(app, "Orders", words, codeOf(*built))
		}
	})
}

func texts(values map[string]string) map[string]*string {
	out := map[string]*string{}
	for name, value := range values {
		out[name] = jsii.String(value)
	}
	return out
}

// code has the asset folders of an assembly's two functions.
type code struct{ backend, authorizer string }

func codeOf(assembly string) code {
	var c code
	assets, _ := filepath.Glob(filepath.Join(assembly, "asset.*"))
	for _, dir := range assets {
		if _, err := os.Stat(filepath.Join(dir, "access.json")); err == nil {
			c.authorizer = dir
		} else {
			c.backend = dir
		}
	}
	return c
}
