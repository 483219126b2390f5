// What the shop sells, how it delivers and is paid, and the person Balcão logs in as.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { AdministratorService, ChannelService, GlobalSettingsService, Importer, Populator,
    RequestContextService, RoleService, ShippingMethodService, TransactionalConnection, User,
} = require('@vendure/core');
const { lastValueFrom } = require('rxjs');

const method = (name, settles) => ({
    name,
    handler: { code: 'gateway', arguments: [{ name: 'settles', value: String(settles) }] },
});

const DATA = {
    defaultLanguage: 'pt_BR',
    defaultZone: 'América',
    countries: [
        { name: 'Brasil', code: 'BR', zone: 'América' },
        { name: 'México', code: 'MX', zone: 'América' },
    ],
    taxRates: [{ name: 'ICMS', percentage: 10 }],
    shippingMethods: [
        { name: 'Correios', price: 1590 },
        { name: 'Retirada', price: 0 },
    ],
    paymentMethods: [
        method('Pix', true),
        method('Cartao', false),
        method('Deposito', false),
        method('Dinheiro', false),
    ],
    roles: [
        { code: 'balcao', description: 'Balcão', permissions: ['ReadOrder', 'UpdateOrder'] },
        { code: 'leitura', description: 'Só leitura', permissions: ['ReadOrder'] },
        { code: 'estoque', description: 'Estoque', permissions: ['ReadCatalog'] },
    ],
    collections: [],
};

exports.seed = async app => {
    const superadmin = await app.get(TransactionalConnection).rawConnection
        .getRepository(User).findOneOrFail({ where: { identifier: 'dono' }, relations: { roles: { channels: true } } });
    const contexts = app.get(RequestContextService);
    const admin = () => contexts.create({ apiType: 'admin', user: superadmin });
    const channels = app.get(ChannelService);
    const channel = await channels.getDefaultChannel();
    await app.get(GlobalSettingsService).updateSettings(await admin(), {
        availableLanguages: ['pt_BR', 'es', 'en'],
    });
    await app.get(Populator).populateInitialData(DATA);
    await channels.update(await admin(), {
        id: channel.id,
        pricesIncludeTax: true,
        availableCurrencyCodes: ['BRL'],
        defaultCurrencyCode: 'BRL',
        availableLanguageCodes: ['pt_BR', 'es', 'en'],
    });
    const goods = fs.readFileSync(path.join(__dirname, 'products.csv'), 'utf-8');
    const found = await lastValueFrom(app.get(Importer).parseAndImport(goods, await admin()));
    if (found.errors.length) throw new Error(found.errors.join('\n'));
    const ctx = await admin();
    const roles = (await app.get(RoleService).findAll(ctx)).items;
    for (const code of ['balcao', 'leitura', 'estoque']) {
        await app.get(AdministratorService).create(ctx, {
            emailAddress: `${code}@loja.example`,
            firstName: code,
            lastName: 'Loja',
            password: `senha-${code}`,
            roleIds: [roles.find(role => role.code === code).id],
        });
    }
};
