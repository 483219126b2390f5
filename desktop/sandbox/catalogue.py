"""What the sandbox's shops sell, and to whom: plain data for three countries.

People and companies are put together from common words; none of them exists. Prices are in cents,
weights in grams, lengths in centimetres, as VTEX gives them.
"""

from __future__ import annotations

from typing import NamedTuple


class Product(NamedTuple):
    """One thing on the shelf; ``unit`` is ``un``, or ``kg`` where the price is per kilogram."""

    sku: str
    name: str
    brand: str
    price: int
    weight: int
    height: int
    width: int
    length: int
    unit: str = "un"


class Place(NamedTuple):
    """A street with its quarter and city, as the country writes it."""

    street: str
    neighborhood: str
    city: str
    state: str
    postal_code: str


class Shop(NamedTuple):
    """A pickup point of the store."""

    id: str
    name: str
    place: Place
    number: str


class Payment(NamedTuple):
    """A way to pay. ``kind`` is the sandbox's word; the rest is what VTEX shows of it."""

    kind: str
    system: str
    name: str
    group: str


class Country(NamedTuple):
    """All that differs from one country's orders to the next."""

    code: str
    currency: str
    symbol: str
    locale: str
    lcid: int
    time_zone: str
    decimal: str
    grouping: str
    dialling: str
    ean_prefix: str
    person_document: str
    payments: tuple[Payment, ...]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    long_names: tuple[tuple[str, str], ...]
    companies: tuple[str, ...]
    places: tuple[Place, ...]
    shops: tuple[Shop, ...]
    channels: tuple[tuple[str, str], ...]
    carriers: tuple[str, ...]
    complements: tuple[str, ...]
    notes: tuple[str, ...]
    products: tuple[Product, ...]
    shipping_step: int


BRAZIL = Country(
    code="BRA",
    currency="BRL",
    symbol="R$",
    locale="pt-BR",
    lcid=1046,
    time_zone="E. South America Standard Time",
    decimal=",",
    grouping=".",
    dialling="+5511900",
    ean_prefix="789",
    person_document="cpf",
    payments=(
        Payment("card", "2", "Visa", "creditCard"),
        Payment("card", "4", "Mastercard", "creditCard"),
        Payment("card", "9", "Elo", "creditCard"),
        Payment("pix", "125", "Pix", "instantPayment"),
        Payment("slip", "6", "Boleto Bancário", "bankInvoice"),
        Payment("transfer", "201", "Transferência bancária", "promissory"),
        Payment("on-delivery", "202", "Dinheiro na entrega", "promissory"),
        Payment("on-delivery", "203", "Cartão na entrega", "promissory"),
    ),
    first_names=(
        "Ana",
        "João",
        "Conceição",
        "José",
        "Antônia",
        "Sebastião",
        "Luísa",
        "Cauã",
        "Íris",
        "Estêvão",
        "Mônica",
        "Tadeu",
        "Inês",
        "Otávio",
        "Thaís",
        "Zuleica",
    ),
    last_names=(
        "da Silva",
        "Gonçalves",
        "Araújo",
        "dos Santos",
        "Magalhães",
        "Peçanha",
        "Brandão",
        "de Assunção",
        "Guimarães",
        "Fração",
        "Nóbrega",
        "Simões",
        "D'Ávila",
    ),
    long_names=(
        ("Maria Aparecida da Conceição", "Albuquerque Cavalcanti de Vasconcelos e Magalhães"),
        ("Francisco Sebastião Nepomuceno", "Rodrigues do Espírito Santo Guimarães Brandão"),
    ),
    companies=(
        "Padaria Pão & Prosa Ltda",
        "Construções Três Irmãos S/A",
        "Clínica Bem-Estar São Bento Ltda",
        "Comércio de Ferragens e Materiais Elétricos Irmãos Conceição de Itaquera Ltda ME",
    ),
    places=(
        Place("Rua das Acácias", "Jardim São Luís", "São Paulo", "SP", "05820-100"),
        Place("Avenida Conselheiro Brotero", "Barra Funda", "São Paulo", "SP", "01154-000"),
        Place("Travessa do Açougue Velho", "Pelourinho", "Salvador", "BA", "40026-280"),
        Place("Rua Ministro Orozimbo Nonato", "Vila da Serra", "Nova Lima", "MG", "34006-053"),
        Place("Avenida Beira-Mar", "Meireles", "Fortaleza", "CE", "60165-121"),
        Place("Rua XV de Novembro", "Centro", "Curitiba", "PR", "80020-310"),
        Place("Estrada da Ponta d'Areia", "Ponta d'Areia", "São Luís", "MA", "65077-357"),
    ),
    shops=(
        Shop(
            "centro",
            "Balcão Centro",
            Place("Rua da Consolação", "Consolação", "São Paulo", "SP", "01301-000"),
            "1200",
        ),
        Shop(
            "savassi",
            "Balcão Savassi",
            Place("Rua Pernambuco", "Savassi", "Belo Horizonte", "MG", "30130-151"),
            "77",
        ),
    ),
    channels=(("MLB", "Mercado Livre"), ("MGZ", "Magalu"), ("SHP", "Shopee"), ("AMZ", "Amazon")),
    carriers=("Correios PAC", "Correios SEDEX", "Transportadora Ligeira", "Moto Expressa"),
    complements=("", "Apto 42", "Bloco B, ap. 101", "Casa dos fundos", "2º andar"),
    notes=("Entregar após as 18h, por favor.", "É presente: não mandar a nota na caixa."),
    products=(
        Product("1001", "Cafeteira Italiana 6 Xícaras", "Moka Boa", 12990, 780, 22, 12, 18),
        Product(
            "1002",
            "Camiseta Algodão Orgânico Manga Curta Coração Azul, tamanho G",
            "Linha d'Água",
            7990,
            210,
            4,
            25,
            30,
        ),
        Product("1003", "Jogo de Lençóis Casal 200 fios", "Sono São", 18950, 1650, 12, 32, 40),
        Product("1004", "Tênis de Corrida Trovão 42", "Pé-de-Vento", 34900, 920, 13, 22, 34),
        Product("1005", "Panela de Pressão 4,5 L", "Panelaço", 15900, 2100, 20, 24, 38),
        Product(
            "1006", "Livro: O Pão nosso de cada balcão", "Edições Meia-Lua", 4990, 380, 2, 14, 21
        ),
        Product("1007", "Garrafa Térmica 1 L", "Quentinho", 8990, 640, 32, 11, 11),
        Product("1008", "Furadeira de Impacto 650 W 127 V", "Furafácil", 22990, 1900, 24, 9, 28),
        Product("1101", "Queijo Minas Padrão (peça)", "Serra Clara", 6490, 1000, 10, 14, 14, "kg"),
        Product("1102", "Picanha resfriada a vácuo", "Boi Manso", 8990, 1000, 8, 18, 30, "kg"),
    ),
    shipping_step=190,
)

COLOMBIA = Country(
    code="COL",
    currency="COP",
    symbol="$",
    locale="es-CO",
    lcid=9226,
    time_zone="SA Pacific Standard Time",
    decimal=",",
    grouping=".",
    dialling="+5730000",
    ean_prefix="770",
    person_document="cedulaCOL",
    payments=(
        Payment("card", "2", "Visa", "creditCard"),
        Payment("card", "4", "Mastercard", "creditCard"),
        Payment("transfer", "301", "Transferencia PSE", "promissory"),
        Payment("on-delivery", "302", "Pago contra entrega", "promissory"),
    ),
    first_names=(
        "Andrés",
        "Lucía",
        "Íngrid",
        "Óscar",
        "Valentina",
        "Nicolás",
        "Yenny",
        "Sofía",
        "Iván",
        "Mónica",
        "Jhon",
    ),
    last_names=(
        "Gutiérrez Peña",
        "Muñoz Ríos",
        "Ordóñez",
        "Cárdenas Núñez",
        "Zúñiga",
        "Castaño Mejía",
        "Pérez Añez",
    ),
    long_names=(
        ("María Fernanda de los Ángeles", "Londoño Echeverría de la Hoz y Montealegre Cárdenas"),
    ),
    companies=(
        "Ferretería El Tornillo Feliz S.A.S.",
        "Panadería y Repostería La Ñapa Dulce S.A.S.",
    ),
    places=(
        Place("Carrera 7 Bis", "Chapinero", "Bogotá, D.C.", "Cundinamarca", "110231"),
        Place("Calle 10 Sur", "El Poblado", "Medellín", "Antioquia", "050021"),
        Place("Avenida Sexta Norte", "Granada", "Cali", "Valle del Cauca", "760045"),
        Place("Transversal 54", "El Bosque", "Cartagena de Indias", "Bolívar", "130010"),
    ),
    shops=(
        Shop(
            "chapinero",
            "Mostrador Chapinero",
            Place("Carrera 13", "Chapinero", "Bogotá, D.C.", "Cundinamarca", "110231"),
            "53-20",
        ),
    ),
    channels=(("MCO", "Mercado Libre"), ("RAP", "Rappi"), ("FAL", "Falabella")),
    carriers=("Servientrega", "Coordinadora", "Mensajería Rápida"),
    complements=("", "Torre 3, apto 502", "Interior 2", "Local 14"),
    notes=("Llamar antes de llegar, por favor.", "Dejar con el señor de la portería."),
    products=(
        Product("2001", "Molino de Café Manual", "Tinto Bueno", 8990000, 900, 24, 12, 12),
        Product("2002", "Ruana de Lana Boyacense", "Páramo", 18500000, 1100, 10, 40, 45),
        Product("2003", "Olla Arrocera 1,8 L", "Cocina Niña", 13490000, 2300, 26, 26, 30),
        Product("2004", "Audífonos Inalámbricos", "Sonidito", 9990000, 180, 5, 10, 12),
        Product(
            "2005", "Morral Escolar Impermeable Edición Ñandú", "Camino", 11900000, 700, 16, 32, 46
        ),
        Product("2101", "Queso Costeño", "La Vega", 2890000, 1000, 10, 15, 15, "kg"),
    ),
    shipping_step=150000,
)

MEXICO = Country(
    code="MEX",
    currency="MXN",
    symbol="$",
    locale="es-MX",
    lcid=2058,
    time_zone="Central Standard Time (Mexico)",
    decimal=".",
    grouping=",",
    dialling="+5255000",
    ean_prefix="750",
    person_document="rfcMEX",
    payments=(
        Payment("card", "2", "Visa", "creditCard"),
        Payment("card", "4", "Mastercard", "creditCard"),
        Payment("transfer", "401", "Transferencia SPEI", "promissory"),
        Payment("on-delivery", "402", "Pago en efectivo al entregar", "promissory"),
    ),
    first_names=(
        "Ximena",
        "José Ángel",
        "Guadalupe",
        "Íñigo",
        "Belén",
        "Raúl",
        "Xóchitl",
        "Martín",
        "Zoé",
        "Adrián",
    ),
    last_names=(
        "Hernández Ibáñez",
        "Núñez Treviño",
        "Sánchez Peña",
        "Güemes",
        "Ocaña Ruíz",
        "Villaseñor",
        "Ávila Yáñez",
    ),
    long_names=(
        ("Guadalupe Monserrat del Socorro", "Villavicencio y Fernández de Córdova Ibargüengoitia"),
    ),
    companies=(
        "Abarrotes La Güera, S.A. de C.V.",
        "Taller Mecánico Peñón y Compañía, S. de R.L. de C.V.",
    ),
    places=(
        Place("Avenida Insurgentes Sur", "Del Valle", "Ciudad de México", "CDMX", "03100"),
        Place("Calzada de los Pinos", "La Peña", "Monterrey", "Nuevo León", "64000"),
        Place("Calle 60", "Centro", "Mérida", "Yucatán", "97000"),
        Place("Privada Ixtlilxóchitl", "San Ángel", "Puebla", "Puebla", "72000"),
    ),
    shops=(
        Shop(
            "roma",
            "Mostrador Roma Norte",
            Place("Calle Orizaba", "Roma Norte", "Ciudad de México", "CDMX", "06700"),
            "101",
        ),
    ),
    channels=(("MLM", "Mercado Libre"), ("LIV", "Liverpool"), ("AMX", "Amazon México")),
    carriers=("Estafeta", "Paquetexpress", "Mensajero Propio"),
    complements=("", "Depto. 8", "Edificio Jacarandá, piso 3", "Entre Niño Perdido y Peñón"),
    notes=("Tocar el timbre dos veces.", "Es un regalo, ¡gracias!"),
    products=(
        Product("3001", "Molcajete de Piedra Volcánica", "Piedra Niña", 74900, 5200, 16, 22, 22),
        Product("3002", "Rebozo de Algodón Añil", "Tejido Fino", 89900, 350, 4, 25, 30),
        Product("3003", "Comal de Hierro 30 cm", "Lumbre", 45900, 2600, 5, 32, 38),
        Product("3004", "Lámpara LED de Buró", "Luz Suave", 39900, 820, 34, 16, 16),
        Product(
            "3005", "Juego de Vasos Pulque Curado (6 piezas)", "Barro Vivo", 52900, 2400, 14, 24, 36
        ),
        Product("3101", "Queso Oaxaca", "El Ejido", 18900, 1000, 10, 15, 15, "kg"),
    ),
    shipping_step=1900,
)

COUNTRIES = {country.code: country for country in (BRAZIL, COLOMBIA, MEXICO)}
