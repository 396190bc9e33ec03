// An OpenID provider (https://github.com/panva/node-oidc-provider) on a free port of 127.0.0.1: node -e <this> -- <issuer>
// <settings>. It writes the port. Another process serves the issuer's URL and forwards requests to the port. Each line on
// standard input is a command, and is answered with a line:
//
//   rotate   signs with a new key, and still publishes the old ones; the answer is the new key's ID
//   ttl 60   makes access tokens expire after 60 seconds
//   forget   ends all grants, as an administrator does to log out a user everywhere
const { createServer } = require('node:http')
const { text } = require('node:stream/consumers')

console.info = console.error // the standard output has the answers alone

const [, issuer, settings] = process.argv
const { redirectUris, loggedOutUri, logoutUri, backChannel, jwk, keys: unused } = JSON.parse(settings)

const client = (id, method, rest) => ({
  client_id: id, token_endpoint_auth_method: method, redirect_uris: redirectUris,
  post_logout_redirect_uris: [loggedOutUri], grant_types: ['authorization_code', 'refresh_token'],
  ...(logoutUri && { backchannel_logout_uri: logoutUri, backchannel_logout_session_required: id !== 'other' }), ...rest,
})

const secret = (id) => ({ client_secret: `the secret of ${id}` })

// The state of the provider, in memory. Instances with different keys share it.
const kept = new Map()

class Adapter {
  constructor (model) { this.model = model }
  key (id) { return `${this.model}:${id}` }
  async upsert (id, payload) { kept.set(this.key(id), payload) }
  async find (id) { return kept.get(this.key(id)) }
  async findByUid (uid) { return [...kept.values()].find((value) => value.uid === uid && value.kind === this.model) }
  async findByUserCode () {}
  async consume (id) { kept.get(this.key(id)).consumed = Math.floor(Date.now() / 1000) }
  async destroy (id) { kept.delete(this.key(id)) }
  async revokeByGrantId (grant) {
    for (const [key, value] of kept) if (value.grantId === grant) kept.delete(key)
  }
}

let ttl = 3600
const groups = (subject) => subject === 'ada' ? ['admins'] : []
const padding = (subject) => 'x'.repeat({ large: 3000, huge: 5000 }[subject] ?? 0)

const configuration = (keys) => ({
  adapter: Adapter,
  // The clients' address is a loopback address, which the provider's own dispatcher rejects.
  fetch: (url, options) => fetch(String(url) === logoutUri ? backChannel : url, { ...options, dispatcher: undefined }),
  jwks: { keys },
  cookies: { keys: ['of the cookies of the provider'] },
  clients: [
    client('shop', 'client_secret_basic', { ...secret('shop'), require_pushed_authorization_requests: true }),
    client('shop-post', 'client_secret_post', secret('shop-post')),
    client('shop-key', 'private_key_jwt', { jwks: { keys: [jwk] }, token_endpoint_auth_signing_alg: 'ES256' }),
    client('other', 'client_secret_basic', secret('other')),
  ],
  scopes: ['openid', 'offline_access', 'profile', 'email'],
  claims: { openid: ['sub'], profile: ['name'], email: ['email'] },
  conformIdTokenClaims: false, // the ID token has the name, so that userinfo is not asked
  pkce: { required: () => true },
  rotateRefreshToken: true,
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (ctx, id) => ({
    accountId: id, claims: () => ({ sub: id, name: `Name of ${id}`, email: `${id}@shop.test` }),
  }),
  extraTokenClaims: (ctx, token) => ({ groups: groups(token.accountId), pad: padding(token.accountId) }),
  features: {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    revocation: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => {
        ctx.body = `<!doctype html>${form}<button form="op.logoutForm" name="logout" value="yes">Sign out</button>`
      },
    },
    // Access tokens are JWTs for a resource with that format (RFC 8707).
    resourceIndicators: {
      enabled: true,
      defaultResource: () => 'urn:api:orders',
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        audience: 'orders', scope: 'orders/read orders/write', accessTokenFormat: 'jwt', accessTokenTTL: ttl,
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
})

// interact shows the sign-in page, which has one form for the user. Sending it is also the consent.
const interact = async (provider, request, response) => {
  const details = await provider.interactionDetails(request, response)
  if (request.method === 'GET') {
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    response.end('<!doctype html><form method="post" action="' + request.url + '"><input name="subject">' +
      '<button>Sign in</button><button name="deny" value="yes">Cancel</button></form>')
    return
  }
  const form = new URLSearchParams(await text(request))
  const end = (result) => provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
  if (form.get('deny')) return end({ error: 'access_denied', error_description: 'the user cancelled' })
  const accountId = form.get('subject')
  const grant = new provider.Grant({ accountId, clientId: details.params.client_id })
  grant.addOIDCScope('openid offline_access profile email')
  grant.addResourceScope('urn:api:orders', 'orders/read orders/write')
  const grantId = await grant.save()
  return end({ login: { accountId }, consent: { grantId } })
}

async function main () {
  const { Provider } = await import('oidc-provider')
  const keys = []
  let provider
  const rotate = () => {
    const kid = `key-${keys.length + 1}`
    keys.unshift({ ...unused.shift(), kid, alg: 'RS256', use: 'sig' }) // it signs with the first
    provider = new Provider(issuer, configuration([...keys]))
    provider.proxy = true // the forwarding server says how it was asked
    return kid
  }
  const command = (line) => {
    const [word, value] = line.split(' ')
    switch (word) {
      case 'rotate': return rotate()
      case 'ttl': ttl = Number(value); return 'ok'
      case 'forget':
        for (const key of kept.keys()) if (/^(Grant|RefreshToken|Session):/.test(key)) kept.delete(key)
        return 'ok'
      default: return `not known: ${line}`
    }
  }
  rotate()
  const server = createServer((request, response) => {
    if (!request.url.startsWith('/interaction/')) return provider.callback()(request, response)
    interact(provider, request, response).catch((error) => {
      response.statusCode = 400
      response.end(String(error))
    })
  })
  server.listen(0, '127.0.0.1', () => console.log(server.address().port))
  require('node:readline').createInterface({ input: process.stdin })
    .on('line', (line) => console.log(command(line)))
    .on('close', () => process.exit())
}
main()
