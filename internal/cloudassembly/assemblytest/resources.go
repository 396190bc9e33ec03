package assemblytest

// Object is an object of a template.
type Object = map[string]any

// Ref returns a reference to a resource.
func Ref(id string) Object { return Object{"Ref": id} }

// Resource returns a resource of a type without "AWS::", such as "ApiGateway::Method".
func Resource(kind string, properties Object) Object {
	return Object{"Type": "AWS::" + kind, "Properties": properties}
}

// ResourceID returns the ID of a path's resource in the API "Api"; "" stands for the root.
func ResourceID(path string) Object {
	if path == "" {
		return Object{"Fn::GetAtt": []any{"Api", "RootResourceId"}}
	}
	return Ref(path)
}

// Path returns the resource of a part of a path in the API "Api", below another one; "" stands for the root.
func Path(parent, part string) Object {
	return Resource("ApiGateway::Resource",
		Object{"RestApiId": Ref("Api"), "ParentId": ResourceID(parent), "PathPart": part})
}

// Invocation returns the URI by which API Gateway invokes a function of the template.
func Invocation(region, function string) Object {
	return Object{"Fn::Join": []any{"", []any{
		"arn:aws:apigateway:" + region + ":lambda:path/2015-03-31/functions/",
		Object{"Fn::GetAtt": []any{function, "Arn"}},
		"/invocations",
	}}}
}
