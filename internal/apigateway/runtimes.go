package apigateway

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/nodejs"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/python"
)

// withCode completes the description of a function by where its code is, and by what runs it. Code that is a zip
// archive is unpacked; code in the template has the assembly as its folder, since it has none.
func (g *Gateway) withCode(spec *lambdaruntime.Spec, f *apimodel.Function) (err error) {
	code := f.Code
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
		if spec.Command, err = python.Command(spec.Runtime, code.Inline); err != nil {
			return err
		}
		return g.withLayers(spec, f.LayerAssets)
	}
	return err
}

// withLayers has a function in Python find the modules of its layers, those of a later layer first, as its files
// replace those of the layers before it. A PYTHONPATH of the function's own stays in front.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html ("Layer paths for each Lambda runtime")
// and https://docs.aws.amazon.com/lambda/latest/dg/adding-layers.html
func (g *Gateway) withLayers(spec *lambdaruntime.Spec, layers []apimodel.Code) error {
	var path []string
	if own := spec.Env[pythonPath]; own != "" {
		path = append(path, own)
	}
	for _, layer := range slices.Backward(layers) {
		dir := layer.Folder
		if layer.Zip != "" {
			var err error
			if dir, err = g.zips.Of(layer.Zip); err != nil {
				return fmt.Errorf("a layer: %w", err)
			}
		}
		path = append(path, filepath.Join(dir, "python", "lib", spec.Runtime, "site-packages"), filepath.Join(dir, "python"))
	}
	if len(layers) == 0 {
		return nil
	}
	if spec.Env == nil {
		spec.Env = map[string]string{}
	}
	spec.Env[pythonPath] = strings.Join(path, string(filepath.ListSeparator))
	return nil
}

// pythonPath is the variable by which Python finds modules outside of a function's folder.
const pythonPath = "PYTHONPATH"

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
