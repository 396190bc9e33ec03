"use strict";
// Runs in CDK's engine. See batch.go.
const { Construct } = require("constructs");
const { AspectPriority, Aspects, CfnElement, CfnResource, Token, Tokenization } = require("aws-cdk-lib");
const { CfnMethod } = require("aws-cdk-lib/aws-apigateway");

class Batch {
  // methods makes each method where CDK's L2 would: a construct that has the verb's name, in the resource of the path,
  // and "Resource" in it. The deployment waits for all of them, and its logical id depends on the ids of the resources.
  static methods(api, text) {
    const resources = new Map([["/", api.root]]);
    const made = [];
    const resourceOf = (path) => {
      if (!resources.has(path)) {
        resources.set(path, api.root.resourceForPath(path));
      }
      return resources.get(path);
    };
    const methodOf = ({ path, verb }) => resourceOf(path).node.findChild(verb).node.defaultChild;
    const integrations = new Map(); // by the method whose integration it is
    for (const { path, verb, like, metadata, properties } of JSON.parse(text)) {
      const resource = resourceOf(path);
      let method;
      if (properties) {
        if (like) {
          const first = like.verb + like.path;
          if (!integrations.has(first)) {
            const { type, integrationHttpMethod, uri } = methodOf(like).integration;
            integrations.set(first, { type, integrationHttpMethod, uri });
          }
          properties.integration = { ...integrations.get(first), ...properties.integration };
        }
        properties.restApiId = api.restApiId;
        properties.resourceId = resource.resourceId;
        method = new CfnMethod(new Construct(resource, verb), "Resource", properties);
        made.push(method);
      } else {
        method = methodOf({ path, verb });
      }
      for (const [key, value] of Object.entries(metadata ?? {})) {
        method.addMetadata(key, value);
      }
    }
    const deployment = api.latestDeployment;
    if (deployment && made.length > 0) {
      deployment.node.addDependency(...made);
      deployment.addToLogicalId({ resources: Array.from(resources.values(), (r) => r.resourceId) });
    }
  }

  // finish has the deployment depend on what it deploys, and writes metadata: the settings of each authorizer into its own,
  // and the plan, with the logical ids of the authorizers, into the API's.
  static finish(api, authorizers, policy, described, text) {
    const { guards, plan, keys } = JSON.parse(text);
    const deployment = api.latestDeployment;
    deployment?.addToLogicalId(described);
    plan.guards = {};
    guards.forEach(({ id, settings, deployed }, i) => {
      const authorizer = authorizers[i];
      plan.guards[id] = "AWS_IAM";
      if (authorizer) {
        const resource = CfnResource.isCfnResource(authorizer) ? authorizer : authorizer.node.defaultChild;
        plan.guards[id] = resource.logicalId;
        resource.addMetadata(keys.authorizer, settings);
        deployment?.node.addDependency(authorizer);
      }
      deployment?.addToLogicalId(deployed);
    });
    if (policy) {
      plan.policy = policy;
    }
    api.node.defaultChild.addMetadata(keys.plan, plan);
  }

  // settle fixes the logical ids in a scope once they are final, when all other aspects have run: CDK makes each anew
  // wherever a template has it. The ids stay the same. That of the API's deployment is a hash, which is made once more
  // when references are resolved and before templates are written.
  static settle(scope, api) {
    const deployment = api.latestDeployment?.node.defaultChild;
    const settled = deployment && new Deployment(deployment);
    Aspects.of(scope).add({
      visit(node) {
        if (node === deployment) {
          settled.fix();
        } else if (CfnElement.isCfnElement(node)) {
          override(node, node.stack.resolve(node.logicalId));
        }
      },
    }, { priority: AspectPriority.READONLY });
    if (settled) {
      scope.node.addValidation({ validate: () => settled.fix() });
    }
  }
}

// Deployment is one whose logical id is fixed for a synthesis, and is made anew in the next.
class Deployment {
  constructor(resource) {
    this.resource = resource;
    this.computed = undefined; // CDK's hash, as a token
    this.fixed = undefined; // what it was last
  }

  // fix makes the hash, unless the app has overridden it with an id of its own. It returns what is wrong.
  fix() {
    const now = overridden(this.resource);
    if (now === this.fixed && now !== undefined) {
      override(this.resource, this.computed);
    } else if (Token.isUnresolved(now)) {
      this.computed = now;
    } else {
      return [];
    }
    const id = this.resource.stack.resolve(this.computed);
    if (override(this.resource, id)) {
      this.fixed = id;
    } else if (this.fixed !== undefined && this.fixed !== id) {
      return [`the deployment ${this.fixed} was exported to another stack before it was final, as ${id}: an aspect ` +
        "changed the API after its deployment; let the aspect do it before, or export something else"];
    }
    return [];
  }
}

// override reports whether an id could be overridden: CDK locks that of a resource that another stack imports.
function override(element, id) {
  try {
    element.overrideLogicalId(id);
    return true;
  } catch {
    return false;
  }
}

// overridden is the text that an element's id is overridden with, whose tokens are not resolved: the id is a token of it.
function overridden(element) {
  const context = { registerPostProcessor() {}, resolve: (x) => x, documentPath: [], preparing: false };
  return Tokenization.reverseCompleteString(element.logicalId)?.resolve(context);
}

exports.Batch = Batch;
