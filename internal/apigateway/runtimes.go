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

// withCode adds to a function's description where its code is and what runs it. Code in a zip archive is unpacked.
// Inline code in the template has no folder, so the assembly's folder is used.
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
		return setUpNode(spec, code.Inline, layers)
	}
	if spec.Command, err = python.Command(spec.Runtime, code.Inline); err == nil && len(layers) > 0 {
		addPythonLayers(spec, layers)
	}
	return err
}

// layersOf returns the folders of a function's layers, the last one first, since its files replace those of earlier
// layers.
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

// addPythonLayers sets PYTHONPATH, so that a Python function finds the modules of its layers. A PYTHONPATH that the
// function sets itself stays in front.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html ("Layer paths for each Lambda runtime")
func addPythonLayers(spec *lambdaruntime.Spec, layers []string) {
	var path []string
	if own := spec.Env[pythonPath]; own != "" {
		path = append(path, own)
	}
	for _, dir := range layers {
		path = append(path, filepath.Join(dir, "python", "lib", spec.Runtime, "site-packages"), filepath.Join(dir, "python"))
	}
	setPath(spec, pythonPath, path)
}

// The environment variables in which Python and Node.js look for modules outside a function's folder.
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

// setUpNode makes Node.js run a function. Node.js finds the modules of the function's layers, and after them the
// modules that Lambda's runtimes include: here those of the app, whose folder this process runs in. A NODE_PATH that
// the function sets itself replaces all of that.
// Source: "Layer paths for each Lambda runtime" in https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html,
// and for the order https://dev.to/wonderfulsoap/deep-dive-into-aws-lambda-3-official-nodejs-runtime-analysis-43je
func setUpNode(spec *lambdaruntime.Spec, inline string, layers []string) (err error) {
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

// whyNotRun says why a function cannot run here.
func whyNotRun(f *apimodel.Function, err error) string {
	isScript := nodejs.Runs(f.Runtime) || python.Runs(f.Runtime)
	switch {
	case errors.Is(err, lambdaruntime.ErrRuntime):
		return fmt.Sprintf("its runtime is %q, and this gateway runs nodejs, python and, if built for this host, "+
			"provided.al2023, provided.al2 and go1.x", f.Runtime)
	case f.Code.Folder != "" || f.Code.Zip != "" || f.Code.Inline != "" && isScript:
		return withoutPackage(err)
	case f.Code.Inline != "":
		return "its code is in the template, which works only for nodejs and python: make it an asset"
	}
	return "its code is not in the assembly"
}
