// A certified OpenID provider (npm oidc-provider) with the accounts of the
// demonstration. Everything comes as JSON in the variable PROVIDER:
// {port, clientId, secret, redirectUri, postLogoutRedirectUri, backchannelLogoutUri,
//  password, code, accounts: [{email, acr, claims}]}

import { generateKeyPairSync, randomBytes } from 'node:crypto'
import http from 'node:http'

import Provider from 'oidc-provider'

const settings = JSON.parse(process.env.PROVIDER)
const issuer = `http://localhost:${settings.port}`
const accounts = new Map(settings.accounts.map((one) => [one.claims.sub, one]))

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const key = { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' }

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: settings.clientId,
      client_secret: settings.secret,
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      redirect_uris: [settings.redirectUri],
      post_logout_redirect_uris: [settings.postLogoutRedirectUri],
      backchannel_logout_uri: settings.backchannelLogoutUri,
      backchannel_logout_session_required: true,
    },
  ],
  pkce: { required: () => true },
  scopes: ['openid', 'profile', 'email', 'phone', 'edemarches'],
  claims: {
    openid: ['sub'],
    profile: ['name', 'given_name', 'family_name', 'birthdate', 'gender'],
    email: ['email', 'email_verified'],
    phone: ['phone_number'],
    edemarches: ['account_type', 'verified', 'avs', 'organisation'],
    acr: null,
    amr: null,
    auth_time: null,
    sid: null,
  },
  // What says who it is comes from the userinfo endpoint alone.
  conformIdTokenClaims: true,
  acrValues: [...new Set(settings.accounts.map((one) => one.acr))],
  features: {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    claimsParameter: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => {
        ctx.body = `<h1>Se déconnecter ?</h1>${form}
          <button form="op.logoutForm" name="logout" value="yes">Oui</button>`
      },
    },
  },
  // The default refuses to talk to this machine.
  fetch: (url, { dispatcher, ...options }) => fetch(url, options),
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  cookies: { keys: [randomBytes(24).toString('hex')] },
  jwks: { keys: [key] },
  ttl: {
    AuthorizationCode: 60,
    AccessToken: 600,
    IdToken: 600,
    Session: 3600,
    Interaction: 900,
    Grant: 3600,
  },
  findAccount: (ctx, sub) =>
    accounts.has(sub)
      ? { accountId: sub, claims: () => accounts.get(sub).claims }
      : undefined,
  loadExistingGrant: async (ctx) => {
    const { client, session } = ctx.oidc
    const known = session.grantIdFor(client.clientId)
    if (known) return provider.Grant.find(known)
    const grant = new provider.Grant({
      clientId: client.clientId,
      accountId: session.accountId,
    })
    grant.addOIDCScope('openid profile email phone edemarches')
    await grant.save()
    return grant
  },
})

for (const event of ['server_error', 'backchannel.error', 'backchannel.success']) {
  provider.on(event, (ctx, error) => console.log(event, error?.message ?? ''))
}

const page = (response, body) => {
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' })
  response.end(`<!doctype html><html lang="fr"><title>Connexion</title>${body}</html>`)
}

const passwordForm = `<form method="post">
  <label>Adresse <input name="email"></label>
  <label>Mot de passe <input name="password" type="password"></label>
  <button>Continuer</button></form>`

const codeForm = `<form method="post">
  <label>Code <input name="code"></label><button>Se connecter</button></form>`

const proved = new Map()

async function interact(request, response) {
  const { uid } = await provider.interactionDetails(request, response)
  if (request.method === 'GET') return page(response, passwordForm)
  let body = ''
  for await (const chunk of request) body += chunk
  const form = new URLSearchParams(body)
  if (form.has('email')) {
    const account = settings.accounts.find((one) => one.email === form.get('email'))
    if (!account || form.get('password') !== settings.password) {
      return page(response, passwordForm)
    }
    proved.set(uid, account)
    return page(response, codeForm)
  }
  const account = proved.get(uid)
  if (!account || form.get('code') !== settings.code) return page(response, codeForm)
  proved.delete(uid)
  const login = {
    accountId: account.claims.sub,
    acr: account.acr,
    amr: ['pwd', 'sms', 'mfa'],
  }
  return provider.interactionFinished(request, response, { login })
}

const handle = provider.callback()
http
  .createServer((request, response) => {
    if (!request.url.startsWith('/interaction/')) return handle(request, response)
    return interact(request, response).catch((error) => {
      console.log('interaction', error.message)
      response.writeHead(400).end()
    })
  })
  .listen(settings.port, '127.0.0.1', () => console.log('ready'))
