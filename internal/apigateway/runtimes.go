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
	if !isScript {
		return err
	}
	layers, err := g.layersOf(f)
	if err != nil {
		return err
	}
	if nodejs.Runs(spec.Runtime) {
		return inNode(spec, code.Inline, layers)
	}
	if spec.Command, err = python.Command(spec.Runtime, code.Inline); err == nil && len(layers) > 0 {
		withLayers(spec, layers)
	}
	return err
}

// layersOf are the folders of a function's layers, the last one first, as its files replace those of the layers before
// it.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/adding-layers.html
func (g *Gateway) layersOf(f *apimodel.Function) (dirs []string, err error) {
	for _, layer := range slices.Backward(f.LayerAssets) {
		dir := layer.Folder
		if layer.Zip != "" {
			if dir, err = g.zips.Of(layer.Zip); err != nil {
				return nil, fmt.Errorf("a layer: %w", err)
			}
		}
		dirs = append(dirs, dir)
	}
	return dirs, nil
}

// withLayers has a function in Python find the modules of its layers. A PYTHONPATH of its own stays in front.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html ("Layer paths for each Lambda runtime")
func withLayers(spec *lambdaruntime.Spec, layers []string) {
	var path []string
	if own := spec.Env[pythonPath]; own != "" {
		path = append(path, own)
	}
	for _, dir := range layers {
		path = append(path, filepath.Join(dir, "python", "lib", spec.Runtime, "site-packages"), filepath.Join(dir, "python"))
	}
	setPath(spec, pythonPath, path)
}

// The variables by which Python and Node.js find modules outside of a function's folder.
const (
	pythonPath = "PYTHONPATH"
	nodePath   = "NODE_PATH"
)

func setPath(spec *lambdaruntime.Spec, name string, path []string) {
	if spec.Env == nil {
		spec.Env = map[string]string{}
	}
	spec.Env[name] = strings.Join(path, string(filepath.ListSeparator))
}

// inNode has Node.js run a function. It finds the modules of its layers, and behind them those that Lambda's runtimes
// have: here the app's, whose folder this process runs in. A NODE_PATH of the function's own replaces all of it.
// Source: "Layer paths for each Lambda runtime" in https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html,
// and for the order https://dev.to/wonderfulsoap/deep-dive-into-aws-lambda-3-official-nodejs-runtime-analysis-43je
func inNode(spec *lambdaruntime.Spec, inline string, layers []string) (err error) {
	if spec.Command, err = nodejs.Command(inline); err != nil || spec.Env[nodePath] != "" {
		return err
	}
	version := strings.TrimSuffix(strings.TrimPrefix(spec.Runtime, "nodejs"), ".x")
	var path []string
	for _, dir := range layers {
		path = append(path, filepath.Join(dir, "nodejs", "node"+version, "node_modules"))
	}
	for _, dir := range layers {
		path = append(path, filepath.Join(dir, "nodejs", "node_modules"))
	}
	if modules := nodejs.Modules("."); modules != "" {
		path = append(path, modules)
	}
	if len(path) > 0 {
		setPath(spec, nodePath, path)
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
