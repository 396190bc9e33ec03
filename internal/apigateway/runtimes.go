package apigateway

import (
	"errors"
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/nodejs"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/python"
)

// withCode completes the description of a function by where its code is, and by what runs it. Code that is a zip archive
// is unpacked; code in the template has the assembly as its folder, since it has none.
func (g *Gateway) withCode(spec *lambdaruntime.Spec, code apimodel.Code) (err error) {
	spec.Dir = code.Folder
	isScript := nodejs.Runs(spec.Runtime) || python.Runs(spec.Runtime)
	switch {
	case code.Zip != "" && (isScript || lambdaruntime.RunsExecutable(spec.Runtime)):
		if spec.Dir, err = g.zips.Of(code.Zip); err != nil {
			return err
		}
	case code.Inline != "" && isScript:
		spec.Dir = g.options.Assembly
	}
	switch {
	case nodejs.Runs(spec.Runtime):
		return inNode(spec, code.Inline)
	case python.Runs(spec.Runtime):
		spec.Command, err = python.Command(spec.Runtime, code.Inline)
	}
	return err
}

// inNode has Node.js run a function. The modules that Lambda's runtimes have are those of the app, whose folder this
// process runs in.
func inNode(spec *lambdaruntime.Spec, inline string) (err error) {
	if spec.Command, err = nodejs.Command(inline); err != nil {
		return err
	}
	if modules := nodejs.Modules("."); modules != "" && spec.Env["NODE_PATH"] == "" {
		if spec.Env == nil {
			spec.Env = map[string]string{}
		}
		spec.Env["NODE_PATH"] = modules
	}
	return nil
}

// notRun says why a function cannot run here.
func notRun(f *apimodel.Function, err error) string {
	isScript := nodejs.Runs(f.Runtime) || python.Runs(f.Runtime)
	switch {
	case errors.Is(err, lambdaruntime.ErrRuntime):
		return fmt.Sprintf("its runtime is %q, and run here are nodejs, python, and, if built for this host, "+
			"provided.al2023, provided.al2 and go1.x", f.Runtime)
	case f.Code.Folder != "" || f.Code.Zip != "" || f.Code.Inline != "" && isScript:
		return inWords(err)
	case f.Code.Inline != "":
		return "its code is in the template, which is for functions of nodejs and python: make it an asset"
	}
	return "its code is not in the assembly"
}
