"use strict";
// Runs in CDK's engine. See batch.go.
const { Construct } = require("constructs");
const { CfnMethod } = require("aws-cdk-lib/aws-apigateway");

class Batch {
  // methods makes each method where CDK's L2 would: a construct that has the verb's name, in the resource of the path,
  // and "Resource" in it. The deployment waits for all of them, and its logical id depends on the ids of the resources.
  static methods(api, text) {
    const resources = new Map([["/", api.root]]);
    const made = [];
    for (const { path, metadata, properties } of JSON.parse(text)) {
      let resource = resources.get(path);
      if (!resource) {
        resource = api.root.resourceForPath(path);
        resources.set(path, resource);
      }
      properties.restApiId = api.restApiId;
      properties.resourceId = resource.resourceId;
      const method = new CfnMethod(new Construct(resource, properties.httpMethod), "Resource", properties);
      for (const [key, value] of Object.entries(metadata ?? {})) {
        method.addMetadata(key, value);
      }
      made.push(method);
    }
    const deployment = api.latestDeployment;
    if (deployment && made.length > 0) {
      deployment.node.addDependency(...made);
      deployment.addToLogicalId({ resources: Array.from(resources.values(), (r) => r.resourceId) });
    }
  }
}

exports.Batch = Batch;
