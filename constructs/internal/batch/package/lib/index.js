"use strict";
// Runs in CDK's engine. See batch.go.
const { Construct } = require("constructs");
const {
  Aspects, attachCustomSynthesis, CfnElement, CfnOutput, CfnResource, Fn, Lazy, Token, Tokenization,
} = require("aws-cdk-lib");
const { CfnMethod } = require("aws-cdk-lib/aws-apigateway");

class Batch {
  // methods makes each method where CDK's L2 would: a construct that has the verb's name, in the resource of the path,
  // and "Resource" in it. The deployment waits for all of them, and its logical id depends on the ids of the resources.
  static methods(api, text) {
    const resources = new Map([["/", api.root]]);
    const shared = Shared.of(api);
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
        method = new Method(new Construct(resource, verb), "Resource", properties, shared);
        shared.methods.push(method);
      } else {
        method = methodOf({ path, verb });
      }
      for (const [key, value] of Object.entries(metadata ?? {})) {
        method.addMetadata(key, value);
      }
    }
    const deployment = api.latestDeployment;
    if (deployment && shared.methods.length > 0) {
      shared.depend(deployment.node.defaultChild);
      deployment.addToLogicalId({ resources: Array.from(resources.values(), (r) => r.resourceId) });
    }
  }

  // conditional has the deployment depend on methods that a condition leaves out, whatever made them.
  static conditional(api) {
    const deployment = api.latestDeployment;
    if (deployment) {
      Shared.of(api).depend(deployment.node.defaultChild);
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

  // settle fixes the logical ids in a scope once they are final, and has what methods share resolved once. CDK makes an id
  // anew wherever a template has it, and resolves a token wherever a property has it. The ids stay the same. That of the
  // API's deployment is a hash, which is made once more when references are resolved and before templates are written.
  static settle(scope, api, key) {
    const deployment = api.latestDeployment?.node.defaultChild;
    const settled = deployment && new Deployment(deployment);
    const begin = () => {
      for (const node of scope.node.findAll()) {
        if (node === deployment) {
          settled.fix();
        } else if (node instanceof Method) {
          node.begin();
        } else if (CfnElement.isCfnElement(node)) {
          override(node, node.stack.resolve(node.logicalId));
        }
      }
      Shared.of(api).begin();
    };
    // CDK has no hook between the last aspect and the first template. It prepares a synthesis there, by resolving each
    // resource: the API, in whose metadata this is, before its methods.
    const resource = api.node.defaultChild;
    const plan = resource.getMetadata(key);
    resource.addMetadata(key, Lazy.uncachedAny({
      produce({ preparing }) {
        if (!preparing) {
          return plan;
        }
        begin();
        return { ...plan, routes: undefined }; // of which there are many, without a token
      },
    }));
    if (settled) {
      scope.node.addValidation({ validate: () => settled.fix() });
    }
  }

  // only has what is in a scope made where a condition holds, by an aspect, so that it counts for what is added later.
  static only(scope, condition) {
    Aspects.of(scope).add({
      visit(node) {
        if (CfnResource.isCfnResource(node)) {
          node.cfnOptions.condition ??= condition;
        } else if (node instanceof CfnOutput) {
          node.condition ??= condition;
        }
      },
    });
  }

  // check has the files of the app's assembly validated when CDK has written all of them, the manifest last, and before its
  // validation plugins read them. CDK synthesizes the app after what is in it, which is when the builder of the assembly is
  // at hand.
  static check(app, files) {
    const checked = new WeakSet(); // builders that check what they have built
    attachCustomSynthesis(app, {
      onSynthesize({ assembly: builder }) {
        if (checked.has(builder)) {
          return;
        }
        checked.add(builder);
        const build = builder.buildAssembly;
        builder.buildAssembly = (...options) => {
          const assembly = build.apply(builder, options);
          const errors = files.validate();
          if (errors.length > 0) {
            throw new Error(errors.join("\n"));
          }
          return assembly;
        };
      },
    });
  }
}

// Shared is what the methods of an API share.
class Shared {
  static apis = new WeakMap();

  methods = [];
  texts = undefined; // resolved, by what they were, once a synthesis has begun
  seen = undefined; // texts that CDK knows, once it prepares a synthesis
  dependencies = undefined; // of the deployment

  static of(api) {
    if (!Shared.apis.has(api)) {
      Shared.apis.set(api, new Shared());
    }
    return Shared.apis.get(api);
  }

  begin() {
    this.texts = new Map();
    this.seen = new Set();
    this.dependencies = undefined;
  }

  // unseen is what of a value CDK has not seen yet while it prepares a synthesis.
  unseen(value) {
    if (typeof value === "string") {
      const known = this.seen.has(value);
      this.seen.add(value);
      return known ? undefined : value;
    }
    return isPlain(value) ? mapped(value, (v) => this.unseen(v)) : value;
  }

  // resolve resolves a value, and each text once a synthesis.
  resolve(value, context) {
    if (typeof value === "string") {
      if (!this.texts.has(value)) {
        this.texts.set(value, context.resolve(value));
      }
      return this.texts.get(value);
    }
    return isPlain(value) ? mapped(value, (v) => this.resolve(v, context)) : context.resolve(value);
  }

  // depend has the deployment wait for all methods: by DependsOn for those that are there whenever it is, and for others by
  // a reference in its metadata, as a dependency has no conditions.
  // Source: https://cloudonaut.io/optional-dependson-with-cloudformation-metadata-to-the-rescue
  depend(deployment) {
    if (this.depending) {
      return;
    }
    this.depending = true;
    deployment.addOverride("DependsOn", Lazy.uncachedAny({
      produce: ({ preparing }) => preparing ? undefined : this.dependenciesOf(deployment),
    }));
    deployment.addMetadata("gatehouse:methods", Lazy.uncachedAny({
      produce: ({ preparing }) => {
        const some = preparing ? [] : this.waitedFor(deployment, (r) => !isThere(r, deployment));
        return some.length === 0 ? undefined : some.map((r) => Fn.conditionIf(r.cfnOptions.condition.logicalId, r.ref, ""));
      },
    }));
  }

  // waitedFor are resources of the stack that the deployment waits for, in the order of their paths.
  waitedFor(deployment, which) {
    return [...new Set([...deployment.obtainDependencies(), ...this.methods])]
      .filter((r) => CfnResource.isCfnResource(r) && r.stack === deployment.stack && which(r))
      .map((r) => ({ path: r.node.path, r }))
      .sort((x, y) => x.path.localeCompare(y.path))
      .map(({ r }) => r);
  }

  // dependenciesOf is what CDK would write after deployment.node.addDependency(...methods), in the same order. CDK sorts
  // them by paths that it puts together for each comparison, each time that it resolves the deployment.
  dependenciesOf(deployment) {
    return this.dependencies ??= this.waitedFor(deployment, (r) => isThere(r, deployment)).map((r) => r.logicalId);
  }
}

// isThere reports whether a resource is there whenever the deployment is.
function isThere(resource, deployment) {
  const { condition } = resource.cfnOptions;
  return condition === undefined || condition === deployment.cfnOptions.condition;
}

// Properties is a token of a method's properties.
class Properties {
  creationStack = [];

  constructor(properties, shared) {
    this.properties = properties;
    this.shared = shared;
  }

  // isOf reports whether the properties are still those of the method.
  isOf(properties) {
    return Object.keys(properties).every((name) => properties[name] === this.properties[name]);
  }

  // resolve leaves to CDK, while it prepares a synthesis, what it has not seen, and otherwise nothing.
  resolve(context) {
    context.registerPostProcessor(this);
    if (context.preparing) {
      return this.shared.unseen(this.properties);
    }
    this.resolved ??= this.shared.resolve(this.properties, context);
  }

  // postProcess returns what CDK does not resolve again: a copy, as CDK merges an app's overrides into it.
  postProcess(_, { preparing }) {
    return preparing ? seen : copy(this.resolved);
  }
}

// seen stands for properties while CDK prepares a synthesis, which then knows their tokens and throws the rest away.
const seen = { seen: true };

function copy(value) {
  if (Array.isArray(value)) {
    return value.map(copy);
  }
  return value?.constructor === Object ? mapped(value, copy) : value;
}

// mapped is an object with a function's results, but for those that are undefined, as CDK has none in what it resolves.
function mapped(object, by) {
  const out = {};
  for (const name of Object.keys(object)) {
    const value = object[name] === undefined ? undefined : by(object[name]);
    if (value !== undefined) {
      out[name] = value;
    }
  }
  return out;
}

// isPlain reports whether a value is an object of fields: not a token, and without tokens as names.
function isPlain(value) {
  const named = (name) => name.includes("${Token[");
  return value?.constructor === Object && !Token.isUnresolved(value) && !Object.keys(value).some(named);
}

// Method is a method whose tokens are resolved once for all methods of its API.
class Method extends CfnMethod {
  constructor(scope, id, properties, shared) {
    super(scope, id, properties);
    this.shared = shared;
    this.id = this.logicalId; // a token
  }

  // begin fixes the logical id for a synthesis, as a text: CDK resolves a token wherever it is a key of a template.
  begin() {
    this.token = undefined;
    this.logicalId = this.stack.resolve(this.id);
    override(this, this.logicalId);
  }

  get cfnProperties() {
    const properties = super.cfnProperties;
    if (!this.shared?.texts) {
      return properties;
    }
    if (!this.token?.isOf(properties)) {
      this.token = new Properties(properties, this.shared);
    }
    return this.token;
  }

  renderProperties(properties) {
    return properties === seen ? {} : super.renderProperties(properties);
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
